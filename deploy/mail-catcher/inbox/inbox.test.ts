import { expect } from 'chai';
import { createMailCatcher, type MailCatcher } from '../mail-catcher.ts';
import { createSender, ticketMail } from '../test-sender.ts';

describe('the inbox page', () => {
  let catcher: MailCatcher;
  let sender: ReturnType<typeof createSender>;

  beforeEach(async () => {
    catcher = await createMailCatcher();
    sender = createSender(catcher);
  });

  afterEach(async () => {
    sender.close();
    await catcher.close();
  });

  const ask = (path: string) => fetch(`http://127.0.0.1:${catcher.httpPort}${path}`);
  const page = async (path: string) => (await ask(path)).text();

  it('shows the mail as sent, its QR from the attachment', async () => {
    await sender.sendMail(ticketMail);
    const preview = await page('/mail/1/preview');
    expect(preview).to.contain('<img src="/messages/1/attachments/0">');
    expect(preview, 'a cid nobody attached stays as it is').to.contain('<img src="cid:unknown">');
    expect((await ask('/messages/1/attachments/0')).headers.get('content-type')).to.equal('image/png');
    expect(await page('/mail/1')).to.match(/<iframe[^>]+src="\/mail\/1\/preview"\s+sandbox="allow-popups/);
  });

  it("escapes a stranger's subject, name, address and file name everywhere", async () => {
    const hostile = `"><script>alert('x')</script>&`;
    await sender.sendMail({
      ...ticketMail,
      from: { name: hostile, address: 'a@example.org' },
      subject: hostile,
      text: hostile,
      attachments: [{ filename: hostile, content: 'x' }],
    });
    for (const path of [
      '/',
      '/mail/1',
      '/mail/1?view=text',
      '/mail/1?view=source',
      `/?q=${encodeURIComponent(hostile)}`,
    ]) {
      const shown = await page(path);
      expect(shown, path).to.contain('&quot;&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;');
      expect(shown, path).not.to.contain('<script>');
    }
  });

  it('lets neither the page nor a mail run or fetch what is not ours', async () => {
    await sender.sendMail({ ...ticketMail, html: '<script>alert(1)</script><img src="https://example.org/spy.png">' });
    const pagePolicy = (await ask('/mail/1')).headers.get('content-security-policy');
    expect(pagePolicy).to.contain("default-src 'none'").and.contain("script-src 'self'").and.not.contain('unsafe');
    const previewPolicy = (await ask('/mail/1/preview')).headers.get('content-security-policy') ?? '';
    expect(previewPolicy).to.contain("default-src 'none'").and.contain('sandbox');
    expect(previewPolicy).not.to.match(/script-src|allow-scripts|allow-same-origin|https?:/);
    expect(await page('/mail/1')).not.to.match(/(src|href)="(https?:)?\/\//);
  });

  it('offers the views a mail has and the width of a phone', async () => {
    await sender.sendMail({ ...ticketMail, html: undefined, attachments: [] });
    const textOnly = await page('/mail/1');
    expect(textOnly).to.contain('<pre class="plain" tabindex="0">\nHello Asha').and.not.contain('>HTML</a>');
    await sender.sendMail(ticketMail);
    expect(await page('/mail/2?width=phone')).to.contain('<iframe class="phone"');
    expect(await page('/mail/2?view=source')).to.contain('Content-ID: &lt;qr@qrflow&gt;');
    expect(await page('/mail/2')).to.contain('download="event.ics"');
  });

  it('finds by a part of an address or a subject', async () => {
    await sender.sendMail(ticketMail);
    await sender.sendMail({ ...ticketMail, to: 'ravi@example.edu' });
    const found = await page('/?q=RAVI');
    expect(found).to.contain('href="/mail/2?q=RAVI"').and.not.contain('href="/mail/1');
    expect(found).to.contain('1 of 2 mails');
  });

  it('says when the mail server is down or faulty', async () => {
    expect(await page('/')).to.contain('SMTP is up');
    await catcher.setFaults({ quota: true });
    expect(await page('/')).to.contain('faults: quota');
    await catcher.setFaults({ down: true });
    expect(await page('/')).to.contain('SMTP is down');
  });

  it('goes back to the list when the mail is gone', async () => {
    const gone = await ask('/mail/99');
    expect(gone.redirected).to.equal(true);
    expect(await gone.text()).to.contain('No mail yet');
  });
});
