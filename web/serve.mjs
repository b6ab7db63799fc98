#!/usr/bin/env node
// Serves a folder to this machine: node serve.mjs [--port N] FOLDER
//
// Sends FILE.br or FILE.gz in place of FILE to who takes it. Listens on the loopback address only.

import { createHash } from 'node:crypto';
import { readFile, realpath, stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, resolve, sep } from 'node:path';
import { pathToFileURL } from 'node:url';

const types = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.webmanifest': 'application/manifest+json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.wasm': 'application/wasm',
  '.txt': 'text/plain; charset=utf-8',
};
const encodings = [['br', '.br'], ['gzip', '.gz']];
// A folder named after its content (assemble.mjs) never changes.
const forGood = /^\/[0-9a-f]{16}\//;

// Returns a server that listens, with its address in `url`. Port 0: any that is free.
export async function serve(folder, port) {
  const root = await realpath(folder);
  const files = new Map(); // path -> {stamp, bytes, tag}
  const server = createServer((request, response) => {
    answer(root, files, request, response).catch((error) => {
      console.error(`${request.url}: ${error.message}`);
      finish(response, 500, 'The server could not read this file.\n');
    });
  });
  await new Promise((listening, failed) => {
    server.once('error', failed);
    server.listen(port, '127.0.0.1', listening);
  });
  server.url = `http://localhost:${server.address().port}/`;
  return server;
}

async function answer(root, files, request, response) {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.setHeader('Allow', 'GET, HEAD');
    finish(response, 405, 'Only GET and HEAD.\n');
    return;
  }
  const path = pathOf(request.url);
  const file = path && (await find(root, path));
  if (!file) {
    finish(response, path ? 404 : 400, path ? 'There is no such file.\n' : 'This is no path.\n');
    return;
  }
  const [name, encoding] = await choose(file, request.headers['accept-encoding'] ?? '');
  const { bytes, tag } = await read(files, name);
  response.setHeader('Content-Type', types[extname(file)] ?? 'application/octet-stream');
  response.setHeader('X-Content-Type-Options', 'nosniff');
  response.setHeader('Cache-Control', forGood.test(path) ? 'public, max-age=31536000, immutable' : 'no-cache');
  response.setHeader('Vary', 'Accept-Encoding');
  response.setHeader('ETag', tag);
  if (encoding) response.setHeader('Content-Encoding', encoding);
  if (matches(request.headers['if-none-match'], tag)) {
    response.writeHead(304).end();
    return;
  }
  response.setHeader('Content-Length', bytes.length);
  response.writeHead(200);
  response.end(request.method === 'HEAD' ? undefined : bytes);
}

function finish(response, status, text) {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8' }).end(text);
}

// The path of the address, decoded; nothing when it is not one.
function pathOf(url) {
  try {
    const path = decodeURIComponent(url.split(/[?#]/, 1)[0]);
    return path.startsWith('/') && !path.includes('\0') ? path : undefined;
  } catch {
    return undefined;
  }
}

// The file that is meant, wherever links lead; nothing when it is outside of the root or not there.
async function find(root, path) {
  try {
    let file = await realpath(resolve(join(root, path)));
    if ((await stat(file)).isDirectory()) file = await realpath(join(file, 'index.html'));
    return file.startsWith(root + sep) && (await stat(file)).isFile() ? file : undefined;
  } catch {
    return undefined;
  }
}

async function choose(file, accepted) {
  for (const [encoding, ending] of encodings) {
    if (!new RegExp(`\\b${encoding}\\b(?!\\s*;\\s*q=0(?:\\.0*)?(?:,|$))`).test(accepted)) continue;
    try {
      await stat(file + ending);
      return [file + ending, encoding];
    } catch {
      // Not compressed this way.
    }
  }
  return [file];
}

// From memory as long as the file has not changed.
async function read(files, name) {
  const { mtimeMs, size } = await stat(name);
  const stamp = `${mtimeMs}-${size}`;
  let file = files.get(name);
  if (file?.stamp !== stamp) {
    const bytes = await readFile(name);
    file = { stamp, bytes, tag: `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"` };
    files.set(name, file);
  }
  return file;
}

function matches(header, tag) {
  return header !== undefined && header.split(',').some((one) => one.trim().replace(/^W\//, '') === tag);
}

async function main(args) {
  const usage = 'usage: node serve.mjs [--port N] FOLDER';
  let port = 8080;
  const at = args.findIndex((word) => word === '--port' || word.startsWith('--port='));
  if (at >= 0) {
    const joined = args[at].includes('=');
    const text = joined ? args[at].slice('--port='.length) : args[at + 1];
    args.splice(at, joined ? 1 : 2);
    port = /^\d+$/.test(text ?? '') ? Number(text) : NaN;
    if (!(port <= 65535)) return fail(`--port takes a number from 0 to 65535, not "${text ?? ''}"\n${usage}`);
  }
  if (args.length !== 1) return fail(usage);
  try {
    const server = await serve(args[0], port);
    console.log(`Raftarium is at ${server.url} (Ctrl+C ends it)`);
  } catch (error) {
    if (error.code === 'EADDRINUSE') return fail(`port ${port} is taken by another program; choose one with --port N`);
    if (error.code === 'EACCES') return fail(`port ${port} is not allowed; choose one from 1024 on with --port N`);
    if (error.code === 'ENOENT') return fail(`there is no folder ${args[0]}`);
    throw error;
  }
}

function fail(message) {
  console.error(`serve.mjs: ${message}`);
  process.exitCode = 1;
}

if (process.argv[1] && import.meta.url === pathToFileURL(await realpath(process.argv[1])).href) {
  await main(process.argv.slice(2));
}
