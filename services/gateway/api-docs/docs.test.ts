import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { declaredStatuses } from '../http/openapi.ts';
import { ROUTES } from '../routes/index.ts';
import { PASSWORD, startTestGateway, type TestGateway } from '../testing/start.ts';
import { curlOf } from './curl.ts';
import type { ApiDocument } from './document.ts';
import { readDocument, type ShownOperation } from './read-document.ts';
import { fieldsOf, typeWords } from './schema-words.ts';

const run = promisify(execFile);

describe('/docs', () => {
  let gateway: TestGateway;
  let folder: string;
  let operations: ShownOperation[];
  before(async () => {
    gateway = await startTestGateway();
    folder = await mkdtemp(join(tmpdir(), 'qrflow-docs-'));
    await writeFile(join(folder, 'attendees.csv'), 'name,email\nAsha Rao,asha@example.edu\n');
    const { body } = await gateway.ask(null, 'GET', '/openapi.json');
    operations = readDocument(body as ApiDocument).groups.flatMap((group) => group.operations);
  });
  after(async () => {
    await gateway.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const html = async () => {
    const answer = await fetch(`${gateway.url}/docs`, { headers: { Accept: 'text/html' } });
    return { answer, text: await answer.text() };
  };

  it('shows every operation, without a script and under the policy of every page', async () => {
    const { answer, text } = await html();
    expect(answer.status).to.equal(200);
    expect(answer.headers.get('content-type')).to.equal('text/html; charset=utf-8');
    const login = await fetch(`${gateway.url}/login`, { headers: { Accept: 'text/html' } });
    const policy = answer.headers.get('content-security-policy');
    expect(policy).to.equal(login.headers.get('content-security-policy')).and.not.to.contain('unsafe');
    expect(text).not.to.match(/<script|<style|\sstyle=|\son\w+=|(?:src|href)="https?:/);
    expect(text, 'names stand out').to.contain('<code>created_at</code>').and.not.to.match(/[`\0]/);
    for (const { id, summary, path } of ROUTES) {
      expect(text, id).to.contain(`id="${id}"`).and.to.contain(`<code>${path}</code>`);
      expect(text, id).to.contain(summary);
    }
    expect(operations.map(({ id }) => id)).to.have.members(ROUTES.map(({ id }) => id));
  });

  it('has no link that leads nowhere', async () => {
    const { text } = await html();
    const ids = [...text.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id as string);
    expect(new Set(ids).size, 'ids are unique').to.equal(ids.length);
    const anchors = [...text.matchAll(/href="#([^"]+)"/g)].map(([, id]) => id as string);
    expect(anchors).to.have.length.above(50);
    expect(anchors.filter((id) => !ids.includes(id))).to.deep.equal([]);
  });

  it('has samples for a shell that ask what the operation takes', async () => {
    // Not the user that the samples change.
    const tester = { username: 'tester', password: PASSWORD };
    const made = await gateway.ask('admin', 'POST', '/api/admin/users', { ...tester, role: 'admin' });
    expect(made.body.id).to.be.above(1);
    const token = (await gateway.ask(null, 'POST', '/api/auth/login', tester)).body.access_token;
    const said: string[] = [];
    const ask = async ({ id, curl }: ShownOperation, TOKEN: string) => {
      const route = ROUTES.find((one) => one.id === id);
      const script = `curl() { command curl -o /dev/null -w '%{http_code}' "$@"; }\n${curl}`;
      const env = { ...process.env, API: gateway.url, TOKEN };
      const status = Number((await run('bash', ['-euc', script], { cwd: folder, env })).stdout);
      const known = route !== undefined && declaredStatuses(route).has(status);
      // Nobody to be found, or another service away, is for the world to say; what is sent is right.
      if (!known || [400, 401, 403, 413, 415].includes(status)) said.push(`${id}: ${status} to ${curl}`);
    };
    // The example of signing in is nobody's password; a new one and signing out end the token.
    const apart = ['login', 'logout', 'changePassword'];
    for (const one of operations) if (!apart.includes(one.id)) await ask(one, token);
    for (const one of operations) if (one.id === 'changePassword') await ask(one, token);
    for (const one of operations) if (one.id === 'logout') await ask(one, await gateway.token('organizer'));
    expect(said.join('\n')).to.equal('');
    const signIn = operations.find(({ id }) => id === 'login');
    expect(signIn?.curl).to.contain('-d \'{"username":').and.not.to.contain('Authorization');
  }).timeout(120_000);
});

describe('a sample for a shell', () => {
  it('keeps what is sent whole, whatever stands in it', async () => {
    const example = { name: `it's "$HOME" \\ \`date\`` };
    const operation = {
      ...{ operationId: 'x', tags: [], summary: '', security: [{}], responses: {} },
      parameters: [
        { name: 'id', in: 'path' as const, required: true, schema: { type: 'string', examples: ['a b/c'] } },
      ],
      requestBody: { required: true, content: { 'application/json': { schema: {}, example } } },
    };
    const curl = curlOf('PUT', '/things/{id}', operation);
    const env = { ...process.env, API: 'http://x', TOKEN: 't' };
    const { stdout } = await run('bash', ['-euc', `curl() { printf '%s\\n' "$@"; }\n${curl}`], { env });
    const said = stdout.trim().split('\n');
    expect(said).to.include.members(['-X', 'PUT', 'http://x/things/a%20b%2Fc', 'Authorization: Bearer t']);
    expect(JSON.parse(said.at(-1) ?? '')).to.deep.equal(example);
  });
});

describe('a schema in words', () => {
  const text = (schema: Parameters<typeof typeWords>[0]) =>
    typeWords(schema)
      .map((piece) => piece.text)
      .join('');

  it('says what is taken, with its bounds, and names what has a name', () => {
    expect(text({ type: 'string', format: 'date-time' })).to.equal('string (date-time)');
    expect(text({ type: 'string', minLength: 1, maxLength: 200 })).to.equal('string, 1 to 200 characters');
    expect(text({ type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER })).to.equal('integer, at least 0');
    expect(text({ anyOf: [{ enum: ['a', 'b'] }, { type: 'null' }] })).to.equal('one of a, b or null');
    expect(typeWords({ type: 'array', items: { $ref: '#/components/schemas/Event' } })).to.deep.include({
      text: 'Event',
      href: '#schema-Event',
    });
  });

  it('tells nested fields by their way', () => {
    const schema = {
      type: 'array',
      items: {
        properties: {
          stats: { properties: { total: { type: 'integer' } }, required: ['total'] },
          errors: { type: 'array', items: { properties: { row: { type: 'integer' } } } },
        },
        required: ['stats'],
      },
    };
    expect(fieldsOf(schema).map(({ name, required }) => [name, required])).to.deep.equal([
      ['stats', true],
      ['stats.total', true],
      ['errors', false],
      ['errors[].row', false],
    ]);
  });
});
