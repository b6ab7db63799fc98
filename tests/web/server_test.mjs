// The little server by itself.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { serve } from '../../web/serve.mjs';

export const name = 'server';

const script = fileURLToPath(new URL('../../web/serve.mjs', import.meta.url));

// The path goes out as it is: fetch() would tidy it up first. The server is on the loopback of IPv4; a browser tries
// both, Debian's node 18 only what "localhost" says first.
function get(origin, path, headers = {}, method = 'GET') {
  const { hostname, port } = new URL(origin);
  return new Promise((resolve, reject) => {
    const sent = request({ hostname, family: 4, port, path, headers, method }, (response) => {
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('end', () => {
        resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks) });
      });
    });
    sent.on('error', reject);
    sent.end();
  });
}

export const tests = {
  'types, compression and version folders of the page': async ({ origin }) => {
    const index = await get(origin, '/?scenario=split_brain');
    assert.equal(index.status, 200);
    assert.match(index.headers['content-type'], /^text\/html/);
    assert.equal(index.headers['cache-control'], 'no-cache');
    const program = `/${/[0-9a-f]{16}/.exec(index.body)[0]}/raftarium.wasm`;
    const raw = await get(origin, program);
    assert.equal(raw.headers['content-type'], 'application/wasm');
    assert.match(raw.headers['cache-control'], /immutable/);
    const gzip = await get(origin, program, { 'Accept-Encoding': 'gzip' });
    assert.equal(gzip.headers['content-encoding'], 'gzip');
    assert.ok(gunzipSync(gzip.body).equals(raw.body));
    const brotli = await get(origin, program, { 'Accept-Encoding': 'gzip, deflate, br' });
    assert.equal(brotli.headers['content-encoding'], 'br');
    assert.equal(brotli.headers['content-type'], 'application/wasm');
    assert.ok(brotliDecompressSync(brotli.body).equals(raw.body));
    assert.ok(brotli.body.length < gzip.body.length && gzip.body.length < raw.body.length / 2);
    const refused = await get(origin, program, { 'Accept-Encoding': 'br;q=0, gzip;q=0' });
    assert.equal(refused.headers['content-encoding'], undefined);
  },

  'what has not changed is not sent again': async () => {
    await withFolder(async (folder) => {
      await writeFile(join(folder, 'index.html'), 'one');
      const server = await serve(folder, 0);
      try {
        const first = await get(server.url, '/');
        const again = await get(server.url, '/', { 'If-None-Match': `"other", ${first.headers.etag}` });
        assert.deepEqual([again.status, again.body.length], [304, 0]);
        await writeFile(join(folder, 'index.html'), 'two!');
        const changed = await get(server.url, '/', { 'If-None-Match': first.headers.etag });
        assert.deepEqual([changed.status, String(changed.body)], [200, 'two!']);
        const head = await get(server.url, '/', {}, 'HEAD');
        assert.deepEqual([head.status, head.headers['content-length'], head.body.length], [200, '4', 0]);
      } finally {
        server.close();
      }
    });
  },

  'nothing outside of the folder, and no other methods': async () => {
    await withFolder(async (parent) => {
      const folder = join(parent, 'site');
      await mkdir(folder);
      await writeFile(join(parent, 'secret.txt'), 'secret');
      await writeFile(join(parent, 'site-secret.txt'), 'secret');
      await symlink(join(parent, 'secret.txt'), join(folder, 'link.txt'));
      const server = await serve(folder, 0);
      try {
        const paths = [
          '/../secret.txt', '/%2e%2e/secret.txt', '/..%2fsecret.txt', '/x/../../secret.txt', '/link.txt',
          '/../site-secret.txt', '/', '/none.txt', '//etc/passwd',
        ];
        for (const path of paths) {
          const { status, body } = await get(server.url, path);
          assert.equal(status, 404, path);
          assert.doesNotMatch(String(body), /secret/, path);
        }
        for (const path of ['/%', '/a%00b', '*']) assert.equal((await get(server.url, path)).status, 400, path);
        for (const method of ['POST', 'PUT', 'DELETE']) {
          assert.equal((await get(server.url, '/', {}, method)).status, 405, method);
        }
      } finally {
        server.close();
      }
    });
  },

  'a taken port and wrong words are said clearly': async ({ folder }) => {
    const other = createServer();
    await new Promise((listening) => other.listen(0, '127.0.0.1', listening));
    const { port } = other.address();
    try {
      const taken = await run(['--port', port, folder]);
      assert.deepEqual([taken.status, taken.out], [1, '']);
      assert.match(taken.error, new RegExp(`port ${port} is taken`));
    } finally {
      other.close();
    }
    assert.match((await run(['--port', 'x', folder])).error, /--port takes a number from 0 to 65535, not "x"/);
    assert.match((await run([join(folder, 'none')])).error, /there is no folder/);
    assert.match((await run([])).error, /usage/);
  },
};

async function withFolder(use) {
  const folder = await mkdtemp(join(tmpdir(), 'raftarium-serve-'));
  try {
    await use(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

function run(args) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [script, ...args]);
    const said = { out: '', error: '' };
    child.stdout.on('data', (chunk) => (said.out += chunk));
    child.stderr.on('data', (chunk) => (said.error += chunk));
    child.on('close', (status) => resolve({ status, ...said }));
  });
}
