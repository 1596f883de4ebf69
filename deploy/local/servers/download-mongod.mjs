// Run as a process of its own: the library prints, waits a minute for a silent host, and can't be interrupted.
import { MongoBinary } from 'mongodb-memory-server-core/lib/util/MongoBinary.js';

const [downloadDir] = process.argv.slice(2);
// Ends at once: the library leaves connections open.
const end = (words) => process.stdout.write(`\n${words}\n`, () => process.exit());
try {
  end(`found ${await MongoBinary.getPath({ downloadDir })}`);
} catch (error) {
  end(`failed ${error.message.replace(/\s+/g, ' ')}`);
}
