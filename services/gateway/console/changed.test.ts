import { expect } from 'chai';
import fc from 'fast-check';
import { changedFields, changedTicks, only, opened, openedField, openedTicks } from './changed.ts';

const NAMES = ['name', 'email', 'section', '__proto__', 'constructor'] as const;
const text = fc.string({ unit: 'grapheme', maxLength: 12 });
const texts = fc
  .tuple(...NAMES.map(() => text))
  .map((values) => Object.fromEntries(NAMES.map((name, n) => [name, values[n] as string])));

describe('what was changed in a form', () => {
  it('is what was typed otherwise than it was opened with, whatever others did meanwhile', () => {
    const edits = fc.dictionary(fc.constantFrom(...NAMES), text);
    fc.assert(
      fc.property(texts, edits, texts, (before, typed, now) => {
        const form = Object.fromEntries([...Object.entries(before), ...Object.entries(typed)]);
        const really = Object.entries(typed).filter(([name, value]) => value.trim() !== before[name]?.trim());
        expect(changedFields(form, opened(before), now)).to.deep.equal(
          Object.fromEntries(really.map(([name, value]) => [name, value.trim()])),
        );
      }),
    );
  });

  it('is nothing where it only came back as browsers send it', () => {
    const before = { description: ' Bring a pen.\nAnd paper.\n', name: 'Fest' };
    expect(changedFields({ description: 'Bring a pen.\r\nAnd paper.\r\n' }, opened(before), {})).to.deep.equal({});
    const typed = { description: 'Bring a pen.\r\n\r\nAnd paper.', name: undefined };
    expect(changedFields(typed, opened(before), {})).to.deep.equal({ description: 'Bring a pen.\n\nAnd paper.' });
  });

  it('is held against what is shown now where nobody says what the form was opened with', () => {
    const now = { name: 'Asha', section: 'B' };
    for (const sent of [undefined, '', 'no JSON', 'null', '7', '"name"', '["name"]', '{}', '{"name":1}', '{"name":{}}'])
      expect(changedFields({ name: 'Asha', section: 'C' }, sent, now), sent).to.deep.equal({ section: 'C' });
    expect(changedFields({ name: 'Asha', section: 'C' }, opened({ section: 'C' }), now), 'of one field').to.deep.equal(
      {},
    );
  });

  it('takes whatever is sent in place of that, and lets it change nothing by itself', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json(), fc.constant('['.repeat(90_000))), texts, (sent, form) => {
        const changed = changedFields(form, openedField.parse(sent), form);
        for (const [name, value] of Object.entries(changed)) expect(value).to.equal(form[name]?.trim());
      }),
    );
    for (const sent of ['x'.repeat(100_001), ['{}', '{}'], { name: 'x' }, null])
      expect(openedField.parse(sent)).to.equal(undefined);
    changedFields({ name: 'x' }, '{"__proto__":"polluted"}', {});
    expect(({} as Record<string, unknown>).polluted).to.equal(undefined);
  });

  it('is, of boxes, those that were ticked and those that were cleared', () => {
    expect(changedTicks([1, 3], openedTicks([1, 2]), [1, 2, 4])).to.deep.equal({ added: [3], removed: [2] });
    expect(changedTicks([1], openedTicks([]), [])).to.deep.equal({ added: [1], removed: [] });
    expect(changedTicks([], openedTicks([]), [4]), 'none was ticked').to.deep.equal({ added: [], removed: [] });
    for (const sent of [undefined, 'no JSON', '{"other":"1"}'])
      expect(changedTicks([1, 3], sent, [1, 2]), sent).to.deep.equal({ added: [3], removed: [2] });
  });

  it('is all that is sent of what a form makes', () => {
    expect(only({ name: 'Asha', email: null, role: 'staff' }, ['email', 'role'])).to.deep.equal({
      email: null,
      role: 'staff',
    });
  });
});
