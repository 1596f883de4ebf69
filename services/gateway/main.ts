import { run } from '../../shared/service/run.ts';
import { startGateway } from './app.ts';
import { loadGatewayConfig } from './config.ts';

await run('gateway', async () => startGateway(loadGatewayConfig(process.env)));
