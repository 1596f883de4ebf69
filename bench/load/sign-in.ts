import { until } from '../../test/until.ts';
import type { Service, Stage } from '../process/stage.ts';

/** The administrator's token, once the gateway has made that one. */
export async function signIn({ port }: Service, { secrets }: Stage): Promise<string> {
  const attempt = async (): Promise<string | null> => {
    const answer = await fetch(`http://127.0.0.1:${port}/api/auth/login`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ username: 'admin', password: secrets.adminPassword }),
    });
    return answer.status === 200 ? ((await answer.json()) as { access_token: string }).access_token : null;
  };
  return (await until(attempt, (token) => token !== null, 'signed in', 30_000, 200)) as string;
}
