import { expect } from 'chai';
import { Mailbox, MailCatcherClosedError, MailTimeoutError } from './mailbox.ts';

describe('the mailbox', () => {
  const envelope = { from: 'a@example.org', to: ['b@example.org'] };
  const mail = (subject: string, to = 'b@example.org') =>
    Buffer.from(
      `From: a@example.org\r\nTo: ${to}\r\nSubject: ${subject}\r\nMessage-ID: <${subject}@q>\r\n\r\nbody\r\n`,
    );

  it('gives back the very bytes that came', async () => {
    const box = new Mailbox(10);
    await box.add(mail('one'), envelope);
    expect(box.source('1')?.equals(mail('one'))).to.equal(true);
  });

  it('lists the newest first and finds by address, subject and Message-ID', async () => {
    const box = new Mailbox(10);
    await box.add(mail('One', 'Asha@Example.edu'), { ...envelope, to: ['asha@example.edu'] });
    await box.add(mail('two'), { ...envelope, to: ['hidden@example.org'] });
    const subjects = (filter?: Parameters<Mailbox['list']>[0]) => box.list(filter).map(({ subject }) => subject);
    expect(subjects()).to.deep.equal(['two', 'One']);
    expect(subjects({ to: 'asha@example.EDU' })).to.deep.equal(['One']);
    expect(subjects({ to: 'sha@example.edu' }), 'a part of an address is another address').to.deep.equal([]);
    expect(subjects({ to: 'hidden@example.org' }), 'blind copies by their envelope').to.deep.equal(['two']);
    expect(subjects({ subject: 'oNe' })).to.deep.equal(['One']);
    expect(subjects({ messageId: '<two@q>' })).to.deep.equal(['two']);
  });

  it('lets the oldest go beyond its limit', async () => {
    const box = new Mailbox(2);
    for (const subject of ['one', 'two', 'three']) await box.add(mail(subject), envelope);
    expect(box.list().map(({ subject }) => subject)).to.deep.equal(['three', 'two']);
    expect(box.source('1')).to.equal(null);
    expect(box.open('1')).to.equal(null);
  });

  it('opens far more mails than it keeps open, each as itself', async () => {
    const box = new Mailbox(1_000);
    for (let index = 0; index < 300; index += 1) await box.add(mail(`mail ${index}`), envelope);
    const opened = await Promise.all(box.list().map(({ id }) => box.open(id)));
    expect(opened.map((each) => each?.subject)).to.deep.equal(box.list().map(({ subject }) => subject));
    expect(opened.every((each) => each?.text === 'body\n')).to.equal(true);
  });

  it('takes a mail without any header', async () => {
    const box = new Mailbox(10);
    await box.add(Buffer.from('no header here'), envelope);
    expect(box.list()[0]).to.include({ from: '', subject: '', messageId: null, date: null });
  });

  it('waits for a mail that comes later', async () => {
    const box = new Mailbox(10);
    const awaited = box.waitFor(({ subject, text }) => subject === 'two' && text === 'body\n', 5_000);
    await box.add(mail('one'), envelope);
    await box.add(mail('two'), envelope);
    expect((await awaited).subject).to.equal('two');
  });

  it('finds at once what is there already', async () => {
    const box = new Mailbox(10);
    await box.add(mail('one'), envelope);
    expect((await box.waitFor((_, held) => held === 1, 5_000)).subject).to.equal('one');
  });

  it('says what came when the awaited mail did not', async () => {
    const box = new Mailbox(10);
    await box.add(mail('one'), envelope);
    const keepAlive = setTimeout(() => {}, 5_000);
    const error: unknown = await box.waitFor(() => false, 20).catch((failure: unknown) => failure);
    clearTimeout(keepAlive);
    expect(error).to.be.instanceOf(MailTimeoutError);
    expect((error as Error).message)
      .to.contain('20 ms')
      .and.contain('"one" to b@example.org');
  });

  it('does not leave anybody waiting when it closes', async () => {
    const box = new Mailbox(10);
    const awaited = box.waitFor(() => false, 60_000).catch((failure: unknown) => failure);
    box.close();
    expect(await awaited).to.be.instanceOf(MailCatcherClosedError);
  });
});
