import { createMailCatcher } from '../../deploy/mail-catcher/mail-catcher.ts';
import type { Path, Side } from '../measure/path.ts';
import { worked } from './worked.ts';

export const mail: Path = {
  name: 'mail',
  does: 'a ticket’s mail that is made already, to the mail server’s 250; 4 at a time, pooled, STARTTLS',
  limit: 'nodemailer’s pool with the same bytes, written beforehand',
  goal: { of: 'rate', atLeast: 0.8 },
  least: 4,
  async open(stage) {
    const catcher = await createMailCatcher({ keepMails: 100 });
    const env = {
      TICKET_SIGNING_KEY: stage.secrets.ticketSigningKey,
      SMTP_PORT: String(catcher.smtpPort),
      SMTP_USERNAME: catcher.credentials.username,
      SMTP_PASSWORD: catcher.credentials.password,
      SMTP_CA: catcher.ca,
    };
    const [ours, limit] = await Promise.all([stage.program('subjects/mail', env), stage.program('limits/mail', env)]);
    /** @throws Error unless each mail was taken */
    const taken = (side: Side): Side => ({
      ...side,
      async run(operations) {
        const before = catcher.stats.accepted;
        const run = await side.run(operations);
        const more = catcher.stats.accepted - before;
        if (more !== operations) throw new Error(`the mail server took ${more} of ${operations} mails`);
        return run;
      },
    });
    return {
      ours: taken(worked(ours)),
      limit: taken(worked(limit)),
      async close() {
        await Promise.all([ours.stop(), limit.stop()]);
        await catcher.close();
      },
    };
  },
};
