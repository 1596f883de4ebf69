/**
 * Where the store is, read at start by the driver's own parser: what it cannot read would fail at each try to connect,
 * for ever, and look like a store that is away.
 */
import mongoose from 'mongoose';

const SCHEME = /^mongodb(?:\+srv)?:\/\//;
/** The driver takes "test" where nothing is said, and a service would work on a store that no other looks at. */
const NAMED = /^[^/]+:\/\/[^/?]*\/[^?#]/;
/** Not in a database's name, on any system that MongoDB runs on. */
const NO_NAME = /[\s/\\."$*<>:|?]/;
const ENCODED = '; in a user or password : / ? # [ ] @ and % are written percent-encoded (%40 for @)';

/** Whether a message repeats what is nobody's business: user, password, or what an option is set to. */
function tells(message: string, uri: string): boolean {
  const user = /:\/\/(.*)@/.exec(uri)?.[1] ?? '';
  const query = uri.split('?').slice(1).join('?');
  const pieces = [user, query, ...new URLSearchParams(query).values()].flatMap((text) => text.split(/[:@/,&]|\w+=/));
  return pieces.some((piece) => piece !== '' && message.includes(piece));
}

/** @returns the database's name */
function parsed(uri: string): string {
  try {
    // Made and not connected: nothing is asked, and nothing has to be closed.
    return new mongoose.mongo.MongoClient(uri).options.dbName;
  } catch (error) {
    const { message } = error as Error;
    const why = tells(message, uri) ? '' : `: ${message}`;
    throw new Error(`cannot be read by MongoDB’s driver${why}${uri.includes('@') ? ENCODED : ''}`);
  }
}

/** Reads a connection string that names its database. @throws Error saying what is wrong, without a secret of it */
export function readStoreAddress(text: string): string {
  const uri = text.trim();
  if (!SCHEME.test(uri)) throw new Error('must start with mongodb:// or mongodb+srv://');
  if (/\s/.test(uri)) throw new Error('has a blank in it');
  const database = parsed(uri);
  if (!NAMED.test(uri)) throw new Error('names no database; write mongodb://host:27017/qrflow?replicaSet=rs0');
  if (NO_NAME.test(database))
    throw new Error('names a database that MongoDB would not take: letters, digits, _ and - do');
  return uri;
}
