/** The students' inboxes: the mail catcher, and what a phone's camera makes of a mail. */
import { PNG } from 'pngjs';
import decodeQR from 'qr/decode.js';
import { json } from './http.ts';

export interface Mail {
  readonly id: string;
  readonly to: readonly string[];
  readonly subject: string;
  readonly messageId: string | null;
  readonly attachments: readonly { readonly filename: string; readonly contentType: string }[];
}

export interface Inbox {
  mails(): Promise<Mail[]>;
  /** The text in the QR code of a mail; null if it has none. */
  qrText(mail: Mail): Promise<string | null>;
  setDown(down: boolean): Promise<void>;
}

export function openInbox(url: string): Inbox {
  return {
    mails: () => json(`${url}/messages`),
    async qrText({ id, attachments }) {
      const index = attachments.findIndex(({ contentType }) => contentType === 'image/png');
      if (index === -1) return null;
      const answer = await fetch(`${url}/messages/${id}/attachments/${index}`);
      return decodeQR(PNG.sync.read(Buffer.from(await answer.arrayBuffer())));
    },
    setDown: async (down) => void (await json(`${url}/control/faults`, { body: { down } })),
  };
}
