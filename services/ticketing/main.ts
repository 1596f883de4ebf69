import { run } from '../../shared/service/run.ts';
import { startTicketing } from './app.ts';
import { loadTicketingConfig } from './config.ts';

await run('ticketing', async () => startTicketing(loadTicketingConfig(process.env)));
