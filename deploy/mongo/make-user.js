// Run once by the image, on an empty data folder: the services' user, with rights on their database only.
db.getSiblingDB('qrflow').createUser({
  user: 'qrflow',
  pwd: process.env.MONGO_PASSWORD,
  roles: [{ role: 'readWrite', db: 'qrflow' }],
});
