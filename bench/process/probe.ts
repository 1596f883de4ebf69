/** Loaded into every measured process before its own code: tells what the operating system has counted for it. */
import { answer } from './answering.ts';

answer('cpu', () => process.cpuUsage());
answer('memory', () => process.memoryUsage().rss);
// Whoever measures it may be killed; nobody else would end it then.
process.once('disconnect', () => process.exit(1));
// That it can be asked this keeps no process alive.
process.channel?.unref();
