import { expect } from 'chai';
import fc from 'fast-check';
import { chunk, jpeg, PNG_SIGNATURE, png, pngHeader } from '../../test/pictures.ts';
import { templateFaults } from './check.ts';
import { contrast } from './colour.ts';
import { fill, fillLines, type Values } from './fill.ts';
import { LOGO_MOST_BYTES, readLogo } from './logo.ts';
import { parse } from './parse.ts';
import { PLACEHOLDER_NAMES } from './placeholders.ts';
import { BLOCK_NAMES, DEFAULTS, type MailTemplate, NO_TEMPLATE } from './template.ts';

const values = (value: (name: string) => string) =>
  Object.fromEntries(PLACEHOLDER_NAMES.map((name) => [name, value(name)])) as Values;
/** Texts that are likely to be wrong, and those that are likely to be right. */
const anyText = fc
  .array(
    fc.oneof(
      fc.constantFrom('{{', '}}', '{', '}', '{{{', '}}}', '\n', ' ', 'name', '{{#if', '{{> x}}', '../', '🎟'),
      fc.constantFrom(...PLACEHOLDER_NAMES.map((name) => `{{${name}}}`)),
      fc.string({ unit: 'grapheme', maxLength: 5 }),
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join(''));

const faultsOf = (text: string) =>
  parse(text).faults.map(({ line, column, message }) => `${line}:${column} ${message}`);

describe('a mail’s text with placeholders', () => {
  it('is either taken and leaves no brace of it over, or refused at a place inside it', () => {
    fc.assert(
      fc.property(anyText, fc.constantFrom('', 'Asha'), (text, value) => {
        const { parts, faults } = parse(text);
        if (faults.length === 0) {
          const filled = fill(
            parts,
            values(() => value),
          );
          expect(filled).to.not.match(/\{\{|\}\}/);
          expect(filled).to.equal(text.replaceAll(/\{\{\s*\w+\s*\}\}/g, value));
          return;
        }
        const lines = text.split('\n');
        for (const { line, column } of faults) {
          expect(line).to.be.within(1, lines.length);
          const at = [...(lines[line - 1] ?? '')].slice(column - 1).join('');
          expect(at, 'braces stand where it says').to.match(/^(\{\{|\}\})/);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it('shows values as they are, also those that look like templates', () => {
    const { parts } = parse('Hello {{ name }}!\n{{event}}\n');
    const hostile = values((name) => (name === 'name' ? '{{event}} {{constructor}} <b>' : 'Fest'));
    expect(fill(parts, hostile)).to.equal('Hello {{event}} {{constructor}} <b>!\nFest\n');
    expect(fillLines(parts, hostile)).to.deep.equal([
      [
        { text: 'Hello ', value: false },
        { text: '{{event}} {{constructor}} <b>', value: true },
        { text: '!', value: false },
      ],
      [{ text: 'Fest', value: true }],
      [],
    ]);
  });

  it('says where it is wrong, how, and what is allowed', () => {
    const cases: [text: string, where: string, says: RegExp][] = [
      ['{{nmae}}', '1:1', /no placeholder \{\{nmae\}\}; there are \{\{name\}\}, \{\{event\}\}/],
      ['Dear\n  {{Name}}', '2:3', /no placeholder \{\{Name\}\}/],
      ['🎟🎟 {{x', '1:4', /not closed/],
      ['{{name\n}}', '1:1', /not closed/],
      ['{{na{{name}}', '1:1', /not closed/],
      ['a }} b', '1:3', /closes nothing/],
      ['{{{name}}}', '1:1', /two braces are enough/],
      ['{{name}}}', '1:1', /two braces are enough/],
      ['{{#if name}}x', '1:1', /one of these names and nothing else/],
      ['{{> partial}}', '1:1', /nothing else/],
      ['{{event.constructor}}', '1:1', /nothing else/],
      ['{{lookup this "__proto__"}}', '1:1', /nothing else/],
      ['{{}}', '1:1', /nothing else/],
      ['{{constructor}}', '1:1', /no placeholder/],
      ['{{__proto__}}', '1:1', /no placeholder/],
      ['{{hasOwnProperty}}', '1:1', /no placeholder/],
    ];
    for (const [text, where, says] of cases) {
      const [fault, ...others] = faultsOf(text).filter(
        (one) => !one.endsWith('}} closes nothing') || text === 'a }} b',
      );
      expect(fault?.split(' ')[0], text).to.equal(where);
      expect(fault, text).to.match(says);
      expect(others, text).to.deep.equal([]);
    }
    expect(faultsOf('{{a}}\n{{{b}}}\n{{name}} {{c'), 'all at once').to.have.length(3);
    expect(faultsOf('}} '.repeat(50)), 'but not for ever').to.have.length(5);
    expect(faultsOf(`{{${'x'.repeat(500)}}}`)[0]).to.have.length.below(400);
  });

  it('needs no placeholder, and single braces are text', () => {
    for (const text of ['', '{', 'a { b } c', '{x} {{event}} }', 'no {\nbrace'])
      expect(faultsOf(text), text).to.deep.equal([]);
    expect(fillLines(parse(' \n').parts, values(String)), 'nothing to read').to.deep.equal([]);
    expect(
      fillLines(
        parse('{{venue}}').parts,
        values(() => ''),
      ),
    ).to.deep.equal([]);
  });
});

describe('a mail’s colours', () => {
  it('have the contrast that WCAG gives them', () => {
    expect(contrast('#000000', '#ffffff')).to.be.closeTo(21, 1e-9);
    expect(contrast('#FFFFFF', '#ffffff')).to.equal(1);
    expect(contrast('#777777', '#ffffff')).to.be.closeTo(4.48, 0.005);
    expect(contrast('#767676', '#ffffff')).to.be.closeTo(4.54, 0.005);
    expect(contrast('#0000ff', '#ffffff')).to.be.closeTo(8.59, 0.005);
    expect(contrast('#ff0000', '#ffffff')).to.be.closeTo(3.998, 0.005);
    expect(contrast('#00ff00', '#000000')).to.be.closeTo(15.3, 0.005);
  });
});

describe('a logo', () => {
  const read = (bytes: Buffer) => readLogo(bytes.toString('base64'));

  it('is a whole PNG or JPEG, known by its bytes', () => {
    for (const [bytes, type] of [
      [png(120, 40), 'image/png'],
      [jpeg(120, 40), 'image/jpeg'],
    ] as const)
      expect(read(bytes)).to.deep.equal({ bytes, type, width: 120, height: 40 });
    expect(read(png(16, 1_200))).to.include({ width: 16, height: 1_200 });
  });

  it('is refused as anything else, or with something behind its end', () => {
    const whole = [png(20, 20), jpeg(20, 20)];
    const ihdr = pngHeader(20, 20);
    const [idat, iend] = [chunk('IDAT', Buffer.from([1])), chunk('IEND', Buffer.alloc(0))];
    const wrong = [
      Buffer.alloc(0),
      Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>'),
      Buffer.from('GIF89a'),
      ...whole.map((bytes) => Buffer.concat([bytes, Buffer.from('<script>')])),
      ...whole.map((bytes) => bytes.subarray(0, -1)),
      Buffer.concat([PNG_SIGNATURE, ihdr, iend]),
      Buffer.concat([PNG_SIGNATURE, idat, iend]),
      Buffer.concat([PNG_SIGNATURE, ihdr, ihdr, idat, iend]),
      Buffer.concat([PNG_SIGNATURE, chunk('IHDR', Buffer.alloc(5)), idat, iend]),
      Buffer.from([0xff, 0xd8, 0xff, 0xd9]),
      Buffer.from([0xff, 0xd8, 0xff, 0xda, 0, 2, 0xff, 0xd9]),
      Buffer.from([0xff, 0xd8, 0xff, 0xc0, 0, 4, 8, 0, 0xff, 0xd9]),
      Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 0, 0xff, 0xe0, 0xff, 0xd9]),
      Buffer.from([0xff, 0xd8, 0, 0xe0, 0, 2, 0xff, 0xd9]),
    ];
    for (const bytes of wrong)
      expect(read(bytes), bytes.toString('hex')).to.equal('must be a whole PNG or JPEG picture');
    for (const text of ['not base64!', 'iVBO Rw0K', 'data:image/png;base64,AAAA'])
      expect(readLogo(text), text).to.match(/base64|whole/);
  });

  it('is bounded in bytes and in pixels', () => {
    expect(read(png(1_201, 20))).to.equal('is 1201 × 20 pixels; each side may have 16 to 1200');
    expect(read(png(20, 15))).to.match(/^is 20 × 15 pixels/);
    const rest = LOGO_MOST_BYTES - png(20, 20).length - 20;
    expect(read(png(20, 20, undefined, Buffer.alloc(rest)))).to.include({ width: 20 });
    expect(read(png(20, 20, undefined, Buffer.alloc(rest + 3)))).to.equal('may have at most 64 KiB');
  });

  it('of any bytes at all is read or refused, never a crash', () => {
    const mangled = fc
      .tuple(fc.constantFrom(png(20, 20), jpeg(20, 20)), fc.array(fc.tuple(fc.nat(120), fc.nat(255)), { maxLength: 4 }))
      .map(([bytes, changes]) => {
        const copy = Buffer.from(bytes);
        for (const [at, value] of changes) if (at < copy.length) copy[at] = value;
        return copy;
      });
    fc.assert(
      fc.property(mangled, (bytes) => {
        const logo = read(bytes);
        if (typeof logo !== 'string') expect([logo.width, logo.height].every((side) => side <= 1_200)).to.equal(true);
      }),
      { numRuns: 500 },
    );
  });
});

describe('a mail template', () => {
  const faults = (change: Partial<Record<keyof MailTemplate, unknown>>) =>
    templateFaults({ ...NO_TEMPLATE, ...change } as MailTemplate).map(({ field, message }) => `${field}: ${message}`);

  it('without a word of its own is right, and so is one that says the default', () => {
    expect(faults({})).to.deep.equal([]);
    expect(faults(DEFAULTS)).to.deep.equal([]);
    expect(templateFaults({} as MailTemplate)).to.deep.equal([]);
  });

  it('is told all its faults at once, each with its field, line and column', () => {
    expect(
      faults({ subject: 'a\nb', greeting: '{{nam}}', above: 'x\n y }}', footer: 'x'.repeat(1_001), logo: 'AAAA' }).map(
        (fault) => fault.split(';')[0],
      ),
    ).to.deep.equal([
      'subject: must be one line',
      'greeting: line 1, column 1: there is no placeholder {{nam}}',
      'above: line 2, column 4: }} closes nothing',
      'footer: may have at most 1000 characters',
      'logo: must be a whole PNG or JPEG picture',
    ]);
  });

  it('has colours that can be read on each other', () => {
    expect(faults({ colour: '#ffee00' })[0]).to.match(
      /^colour: #ffffff on #ffee00 is hard to read: a contrast of 1\.\d,/,
    );
    expect(faults({ colour: '#ffee00', text_colour: '#000000' })).to.deep.equal([]);
    expect(faults({ text_colour: '#777777', colour: '#ffffff' })[0]).to.match(/^text_colour: .* of 4\.4, and 4\.5 is/);
    expect(faults({ text_colour: '#767676', colour: '#ffffff' })).to.deep.equal([]);
    for (const wrong of ['red', '#fff', '#12345g', '#1234567', 'url(x)', '#123456;x:y', 7])
      expect(faults({ colour: wrong }), String(wrong)).to.deep.equal(['colour: must be a colour like #1b3a6b']);
  });

  it('that lies in the store in another shape is wrong, not a crash', () => {
    for (const field of BLOCK_NAMES)
      expect(faults({ [field]: { $ne: 1 } })).to.deep.equal([`${field}: must be a text`]);
    expect(faults({ logo: 3 })).to.deep.equal(['logo: must be base64']);
  });
});
