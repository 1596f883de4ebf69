/** Which npm packages a program loads, by following its imports from file to file. */
import { readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, resolve } from 'node:path';

/** Not `import type`: that loads nothing. */
const IMPORT = /^(?:import|export)\s(?!type\s)(?:[\w\s{},*$]+?\sfrom\s)?\s*['"]([^'"]+)['"]/gm;

const isBuiltIn = (name: string): boolean => name.startsWith('node:') || builtinModules.includes(name);

/** As they stand in the imports, sorted. @param entry its file */
export function packagesOf(entry: string): string[] {
  const files = new Set([entry]);
  const packages = new Set<string>();
  for (const file of files)
    for (const [, name = ''] of readFileSync(file, 'utf8').matchAll(IMPORT))
      if (name.startsWith('.')) files.add(resolve(dirname(file), name));
      else if (!isBuiltIn(name)) packages.add(name);
  return [...packages].sort();
}
