// Run as a process of its own: the library prints, waits a minute for a silent host, and can't be interrupted.
import { MongoBinary } from 'mongodb-memory-server-core/lib/util/MongoBinary.js';

const [downloadDir] = process.argv.slice(2);
process.stdout.write(`\nfound ${await MongoBinary.getPath({ downloadDir })}\n`);
