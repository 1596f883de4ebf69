/**
 * The console's own files (styles, scripts, icons, font), read once. Their address carries a hash of them all, so that
 * scripts can import each other by relative names and a browser may keep each for a year.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Middleware } from 'koa';

const TYPES: Record<string, string> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.json': 'application/json',
  '.webmanifest': 'application/manifest+json',
  '.wasm': 'application/wasm',
  '.mp3': 'audio/mpeg',
};

export interface Asset {
  type: string;
  body: Buffer;
  etag: string;
}

const sha = (content: Buffer | string) => createHash('sha256').update(content).digest('base64url').slice(0, 16);

const assetOf = (type: string, body: Buffer): Asset => ({ type, body, etag: `"${sha(body)}"` });

/** The files below `folder` that are of a known type, by their path in it. */
export function readAssets(folder: URL): ReadonlyMap<string, Asset> {
  const root = fileURLToPath(folder);
  const assets = new Map<string, Asset>();
  for (const name of readdirSync(root, { recursive: true, encoding: 'utf8' }).sort()) {
    const type = TYPES[extname(name)];
    if (type === undefined) continue;
    assets.set(name.replaceAll('\\', '/'), assetOf(type, readFileSync(join(root, name))));
  }
  return assets;
}

const require = createRequire(import.meta.url);
/** Libraries that scripts of ours import, as they come, below vendor/. */
const VENDOR: Record<string, string> = {
  'vendor/qr/decode.js': 'qr/decode.js',
  'vendor/qr/index.js': 'qr',
  'vendor/noble-ed25519.js': '@noble/ed25519',
};
const vendored = Object.entries(VENDOR).map(([name, specifier]): [string, Asset] => [
  name,
  assetOf(TYPES['.js'] as string, readFileSync(require.resolve(specifier))),
]);

export const ASSETS: ReadonlyMap<string, Asset> = new Map([
  ...readAssets(new URL('./public/', import.meta.url)),
  ...vendored,
]);
export const ASSETS_VERSION = sha([...ASSETS].map(([name, { etag }]) => name + etag).join(' '));

/** Where a file of public/ is. @throws Error when there is none of that name */
export function assetPath(name: string): string {
  if (!ASSETS.has(name)) throw new Error(`public/${name} does not exist`);
  return `/assets/${ASSETS_VERSION}/${name}`;
}

const AT = /^\/assets\/([\w-]{1,64})\/(.{1,200})$/;

/** Serves /assets/{version}/{file}. After an upgrade a page of before still gets its file, but may not keep it. */
export const serveAssets: Middleware = (ctx, next) => {
  const [, version, name] = AT.exec(ctx.path) ?? [];
  const asset = name === undefined ? undefined : ASSETS.get(name);
  if (!asset || (ctx.method !== 'GET' && ctx.method !== 'HEAD')) return next();
  ctx.state.route = '/assets';
  ctx.status = 200;
  ctx.set('ETag', asset.etag);
  ctx.set('Cache-Control', version === ASSETS_VERSION ? 'public, max-age=31536000, immutable' : 'no-cache');
  if (ctx.fresh) {
    ctx.status = 304;
    return;
  }
  ctx.type = asset.type;
  ctx.body = asset.body;
};
