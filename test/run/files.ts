import { readdirSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';

/** The test files among these files and below these folders, relative to here, sorted. @throws Error where there is none */
export function testFiles(places: readonly string[]): string[] {
  const found = places.flatMap((place) =>
    statSync(place).isDirectory()
      ? readdirSync(place, { recursive: true, encoding: 'utf8' })
          .filter((name) => name.endsWith('.test.ts'))
          .map((name) => join(place, name))
      : [place],
  );
  return [...new Set(found.map((file) => relative('.', file)))].sort();
}
