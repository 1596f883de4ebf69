/** The limit of a ticket: sign, QR matrix, deflate, fill the templates. What is always the same is made beforehand. */
import { createPrivateKey, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { deflateSync } from 'node:zlib';
import Handlebars from 'handlebars';
import QRCode from 'qrcode';
import { DEFAULT_LOOK } from '../../services/ticketing/mail/look.ts';
import { textsOf } from '../../services/ticketing/mail/texts.ts';
import { answer } from '../process/answering.ts';
import { timed } from '../process/timed.ts';
import { EVENT, PUBLIC_URL, ticketIdOf } from '../subjects/tickets.ts';

const key = createPrivateKey(process.env.TICKET_SIGNING_KEY ?? '');
const header = Buffer.from(JSON.stringify({ alg: 'EdDSA', kid: '01234567' })).toString('base64url');

const source = (name: string): string =>
  readFileSync(new URL(`../../services/ticketing/mail/templates/${name}.hbs`, import.meta.url), 'utf8');
const templates = Handlebars.create();
templates.registerPartial({ lines: source('lines'), logo: source('logo') });
const html = templates.compile(source('ticket.html'));
const text = templates.compile(source('ticket.txt'), { noEscape: true });

const student = { name: 'Asha Rao', roll: 'R1', college: '', department: '', reference: 'pay_00000000000001' };
const about = { event: EVENT.name, venue: EVENT.venue, when: 'Sunday, 20 December 2026 at 6:00 pm', doors: '5:00 pm' };
const look = { colour: DEFAULT_LOOK.colour, textColour: DEFAULT_LOOK.textColour, timezone: 'Asia/Kolkata' };
const values = { ...{ name: student.name, event: about.event, date: about.when, venue: about.venue } };
const rest = { doors_open: about.doors, ticket_number: '1-1', roll_number: 'R1', college_name: '', department: '' };
const texts = textsOf(DEFAULT_LOOK, { ...values, ...rest, payment_id: student.reference }, false);

/** Pixels a module, and modules around it: a module is a byte of a line. */
const [SCALE, QUIET] = [8, 4];

/** What a PNG of this matrix has deflated in it. */
function picture(size: number, modules: Uint8Array): Buffer {
  const stride = size + 2 * QUIET + 1;
  const pixels = Buffer.alloc(stride * (size + 2 * QUIET) * SCALE, 0xff);
  for (let row = 0; row < size + 2 * QUIET; row++) {
    const at = row * SCALE * stride;
    pixels[at] = 0;
    if (row >= QUIET && row < size + QUIET)
      for (let column = 0; column < size; column++)
        if (modules[(row - QUIET) * size + column]) pixels[at + 1 + QUIET + column] = 0;
    for (let repeat = 1; repeat < SCALE; repeat++) pixels.copy(pixels, at + repeat * stride, at, at + stride);
  }
  return deflateSync(pixels);
}

let made = 0;
answer('ready', () => true);
answer('work', (operations: number) =>
  timed(operations, 1, async () => {
    const payload = Buffer.from(JSON.stringify({ t: ticketIdOf(++made), e: 1 })).toString('base64url');
    const signed = `${header}.${payload}`;
    const token = `${signed}.${sign(null, Buffer.from(signed), key).toString('base64url')}`;
    const { modules } = QRCode.create([{ data: Buffer.from(token), mode: 'byte' }], { errorCorrectionLevel: 'M' });
    const png = picture(modules.size, modules.data);
    const context = {
      ...student,
      ...about,
      ...look,
      number: `1-${made}`,
      qr: 'cid:qr',
      link: `${PUBLIC_URL}/${token}`,
    };
    const long = html({ ...context, subject: texts.subject, texts: texts.html });
    const plain = text({ ...context, texts: texts.plain });
    if (png.length * long.length * plain.length === 0) throw new Error('nothing was made');
  }),
);
