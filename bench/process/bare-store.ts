/** The store without anything of ours between: the driver, with the write concern that the services have. */
import mongoose from 'mongoose';

export async function openBare(uri: string) {
  const client = new mongoose.mongo.MongoClient(uri, {
    maxPoolSize: 50,
    writeConcern: { w: 'majority', journal: true },
    readPreference: 'primary',
  });
  await client.connect();
  // Ids are texts and numbers, as in the services' schemas.
  const collection = (name: string) => client.db().collection<{ _id: string | number; [field: string]: unknown }>(name);
  return { collection };
}

export type BareStore = Awaited<ReturnType<typeof openBare>>;
