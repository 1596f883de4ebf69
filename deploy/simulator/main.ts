import { createSimulator } from './app.ts';
import { readConfig } from './config.ts';

try {
  const config = readConfig(process.env);
  const simulator = createSimulator({
    keyId: config.RAZORPAY_KEY_ID,
    keySecret: config.RAZORPAY_KEY_SECRET,
    webhookUrl: config.WEBHOOK_URL,
    webhookSecret: config.RAZORPAY_WEBHOOK_SECRET,
    retryScale: config.RETRY_SCALE,
    booksFile: config.SIMULATOR_BOOKS,
  });
  const listening = await simulator.listen(config.SIMULATOR_PORT, config.HOST);
  const stop = () => {
    void simulator.close().then(() => process.exit(0));
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  console.log(JSON.stringify({ name: 'simulator', listening }));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
