// Loads the program: its bytes are counted while they are compiled.

import { wasmBytes } from './build.mjs';
import createProgram from './raftarium.js';

// Something that a person can understand and perhaps mend: what, and what to do.
export class Trouble extends Error {
  constructor(message, advice) {
    super(message);
    this.advice = advice;
  }
}

// `progress` is called with the share of the program that has arrived, 0..1. `module` is what em++'s module
// starts from. Resolves with the module.
export async function load(progress, module) {
  if (typeof WebAssembly !== 'object') {
    throw new Trouble('This browser does not run WebAssembly.', 'Raftarium is made of it. A newer browser will do.');
  }
  const response = await fetchProgram();
  return new Promise((resolve, reject) => {
    createProgram({
      ...module,
      instantiateWasm(imports, receive) {
        compile(response, imports, progress).then((result) => receive(result.instance, result.module), reject);
        return {};
      },
    }).then(resolve, reject);
  });
}

async function fetchProgram() {
  const advice = 'Is there a network? Nothing has been lost.';
  let response;
  try {
    response = await fetch(new URL('raftarium.wasm', import.meta.url));
  } catch {
    throw new Trouble('The program could not be loaded.', advice);
  }
  if (!response.ok) {
    const answer = `The server answered: ${response.status} ${response.statusText}`;
    throw new Trouble('The program could not be loaded.', `${answer}\n${advice}`);
  }
  return response;
}

async function compile(response, imports, progress) {
  if (typeof WebAssembly.instantiateStreaming !== 'function' || typeof TransformStream !== 'function') {
    return WebAssembly.instantiate(await response.arrayBuffer(), imports);
  }
  let loaded = 0;
  const counter = new TransformStream({
    transform(chunk, controller) {
      loaded += chunk.byteLength;
      progress(Math.min(1, loaded / wasmBytes));
      controller.enqueue(chunk);
    },
  });
  const counted = new Response(response.body.pipeThrough(counter), { headers: { 'Content-Type': 'application/wasm' } });
  try {
    return await WebAssembly.instantiateStreaming(counted, imports);
  } catch (error) {
    if (loaded >= wasmBytes) throw error;
    throw new Trouble('The program did not arrive whole.', 'The connection broke off. Nothing has been lost.');
  }
}
