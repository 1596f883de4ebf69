import { run } from '../../shared/service/run.ts';
import { startIngest } from './app.ts';
import { loadIngestConfig } from './config.ts';

await run('ingest', () => startIngest(loadIngestConfig(process.env)));
