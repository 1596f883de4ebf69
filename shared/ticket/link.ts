/** Where a ticket's page is. Pure. */

/** The token is made of letters, digits and `.`, `_`, `-`: it needs no encoding. */
export const ticketPath = (token: string): string => `/ticket/${token}`;

/** The whole address, for a mail; empty where people's address of the gateway is not known. */
export const ticketLink = (publicUrl: string | undefined, token: string): string =>
  publicUrl === undefined ? '' : new URL(ticketPath(token), publicUrl).href;
