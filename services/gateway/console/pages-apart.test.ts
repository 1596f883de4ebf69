/**
 * Over every page and form of the console, as roles-apart does for the API: whoever is no admin sees and changes nothing of
 * another club's. The forms come from one's own pages, as they stand there; each is sent about another's as well.
 */
import { expect } from 'chai';
import type { Role } from '../../../shared/store/documents.ts';
import { saidNext, startTestGateway, type TestGateway } from '../testing/start.ts';
import { HIDDEN, idOf, layEvents, layOtherClub, OTHERS, OWN, SHOWN } from '../testing/two-clubs.ts';
import type { Declared } from './page.ts';
import { PAGES } from './pages/index.ts';

/** What a path that names something is about. */
const SUBJECT = /^\/(events|payments|attendees|mails)\/\{\w+\}/;
const filled = (path: string, eventId: number) =>
  path.replace(SUBJECT, (_, subject: string) => `/${subject}/${idOf(subject, eventId)}`);

const rolesOf = ({ access }: Declared): Role[] =>
  access === 'public'
    ? []
    : (['organizer', 'staff'] as const).filter((role) => access === 'any' || access.includes(role));
/** With these a list shows its form for many at once. */
const QUERIES: Record<string, string> = { '/held': '?reason=underpaid', '/mails': '?state=failed' };
/** Its form stands on the scanner's page without an action, which its script fills in. */
const SCRIPTED = '/attendees/1/ticket';
/** No event, payment, attendee or mail of this number is there. */
const ABSENT = 77;
/** Never ends by itself. */
const STREAM = '/today/live';

interface Form {
  action: string;
  fields: [string, string][];
  file: boolean;
}

const attributes = (tag: string): Record<string, string> =>
  Object.fromEntries([...tag.matchAll(/([\w-]+)(?:="([^"]*)")?/g)].map(([, name, value]) => [name, value ?? '']));

/** The forms of a page that change something, as a browser would send them, with a tick in every box. */
function formsOf(html: string, page: string): Form[] {
  return [...html.matchAll(/<form ([^>]*)>([\s\S]*?)<\/form>/g)].flatMap(([, tag, inside]) => {
    const { method, action, id } = attributes(tag as string);
    if (method !== 'post') return [];
    const elsewhere = [...html.matchAll(/<input [^>]*>/g)].filter(([input]) => id && attributes(input).form === id);
    const inputs = [...(inside as string).matchAll(/<(?:input|button) [^>]*>/g), ...elsewhere].map(([one]) =>
      attributes(one),
    );
    const texts = [...(inside as string).matchAll(/<textarea ([^>]*)>([^<]*)</g)].map(([, one, text]) => ({
      ...attributes(one as string),
      value: text as string,
    }));
    const choices = [...(inside as string).matchAll(/<select ([^>]*)>([\s\S]*?)<\/select>/g)].map(
      ([, one, options]) => ({
        ...attributes(one as string),
        value: /<option value="([^"]+)"/.exec(options as string)?.[1] ?? '',
      }),
    );
    const fields = [...inputs, ...texts, ...choices].flatMap((one: Record<string, string>): [string, string][] =>
      one.name && one.type !== 'file' ? [[one.name, one.value || (one.required === undefined ? '' : SHOWN)]] : [],
    );
    const file = inputs.some(({ type, name }) => type === 'file' && name === 'file');
    // A button may send its form elsewhere.
    const actions = [action || page, ...inputs.flatMap(({ formaction = '' }) => formaction || [])];
    // Where the page is to stand afterwards is not sent.
    return actions.map((one) => ({ action: one.replace(/#.*/, ''), fields, file }));
  });
}

describe('roles and clubs kept apart, over every page of the console', () => {
  let gateway: TestGateway;
  before(async () => {
    gateway = await startTestGateway();
    await layOtherClub(gateway.store);
    // The form for an event's doors is there only where the club has people for them.
    await gateway.token('staff');
  });
  after(() => gateway.stop());
  beforeEach(() => layEvents(gateway.store));

  const cookie = async (role: Role) => ({ Accept: 'text/html', Cookie: `qrflow_session=${await gateway.token(role)}` });
  async function get(role: Role, path: string) {
    const answer = await fetch(gateway.url + path, { headers: await cookie(role), redirect: 'manual' });
    return { status: answer.status, html: await answer.text() };
  }
  async function send(role: Role, { fields, file }: Form, action: string) {
    const form = new FormData();
    for (const [name, value] of fields) form.append(name, value);
    if (file) form.set('file', new File([`name\n${SHOWN}`], 'attendees.csv'));
    const body = file ? form : new URLSearchParams(fields);
    const answer = await fetch(gateway.url + action, {
      method: 'POST',
      headers: await cookie(role),
      body,
      redirect: 'manual',
    });
    return {
      status: answer.status,
      location: answer.headers.get('location'),
      words: saidNext(answer),
      html: await answer.text(),
    };
  }
  /** Everything that is another's, as it is stored. */
  async function others(): Promise<string> {
    const { events, payments, attendees, mails, mailTemplates, clubs } = gateway.store;
    const event_id = { $in: Object.values(OTHERS) };
    return JSON.stringify([
      await events.find({ _id: event_id }).sort({ _id: 1 }).lean(),
      await payments.find({ event_id }).sort({ _id: 1 }).lean(),
      await attendees.find({ event_id }).sort({ _id: 1 }).lean(),
      await mails.find({ event_id }).sort({ _id: 1 }).lean(),
      await mailTemplates.find({ _id: event_id }).sort({ _id: 1 }).lean(),
      await clubs.find({ name: new RegExp(HIDDEN) }).lean(),
    ]);
  }

  const pages = PAGES.filter(({ kind, path }) => kind === 'page' && path !== STREAM);
  for (const one of pages)
    for (const role of rolesOf(one)) {
      if (!SUBJECT.test(one.path)) {
        it(`${one.path} shows ${role} nothing of another’s`, async () => {
          const { status, html } = await get(role, one.path);
          expect(status).to.equal(200);
          expect(html).not.to.contain(HIDDEN);
        });
        continue;
      }
      it(`${one.path} is there for ${role} about one’s own, and not about another’s`, async () => {
        // A mail's preview comes over the bus, and here is nobody to make it.
        expect((await get(role, filled(one.path, OWN))).status).to.be.oneOf([200, 503]);
        for (const id of Object.values(OTHERS)) {
          const { status, html } = await get(role, filled(one.path, id));
          expect(status).to.equal(404);
          expect(html).not.to.contain(HIDDEN);
        }
      });
    }

  for (const role of ['organizer', 'staff'] as const)
    it(`each form that ${role} finds on the own pages does nothing about another’s`, async () => {
      const found = new Set<string>();
      for (const one of pages.filter((page) => rolesOf(page).includes(role))) {
        await layEvents(gateway.store);
        const before = await others();
        const page = filled(one.path, OWN) + (QUERIES[one.path] ?? '');
        const { html } = await get(role, page);
        for (const form of formsOf(html, one.path === '/scan' ? SCRIPTED : page)) {
          if (['/logout', '/account/password'].includes(form.action)) continue;
          found.add(form.action);
          // About another's: by the path, and by whatever is named in the fields.
          const about = async (id: number) => {
            const swapped = (text: string) =>
              ['payments', 'mails'].reduce(
                (said, subject) => said.replaceAll(idOf(subject, OWN), idOf(subject, id)),
                text,
              );
            const action = swapped(form.action).replace(/^\/(events|attendees)\/1\b/, `/$1/${id}`);
            const fields = form.fields.map(([name, value]): [string, string] => [
              name,
              name === 'event_id' && value === String(OWN) ? String(id) : swapped(value),
            ]);
            return { action, ...(await send(role, { ...form, fields }, action)) };
          };
          const absent = await about(ABSENT);
          for (const id of Object.values(OTHERS)) {
            const answer = await about(id);
            const { action } = answer;
            expect(answer.status, action).to.be.below(500);
            expect(answer.html).not.to.contain(HIDDEN);
            expect(await others(), `${action} changed another’s`).to.equal(before);
            const told = ({ html: _, ...rest }: typeof answer) => JSON.stringify(rest).replaceAll(/\d+/g, 'N');
            expect(told(answer), 'answered as what is not there').to.equal(told(absent));
          }
        }
      }
      if (process.env.TEST_SHOW) console.log([...found]);
      // Each action about something of one's own has been tried: it stands on a page, for this role.
      const untried = PAGES.filter(
        (one) => one.kind === 'action' && SUBJECT.test(one.path) && rolesOf(one).includes(role),
      )
        .map(({ path }) => filled(path, OWN))
        .filter((path) => !found.has(path));
      expect(untried).to.deep.equal([]);
    }).timeout(120_000);
});
