// How input is portioned out to pictures (page/queue.mjs), without a browser.

import assert from 'node:assert/strict';
import { InputQueue } from '../../web/page/queue.mjs';

export const name = 'queue';

// Pushes "kind what" words, draws pictures until nothing is left, and returns what each of them took.
function pictures(...words) {
  const queue = new InputQueue();
  let taken = [];
  for (const word of words) {
    const [kind, ...what] = word.split(' ');
    queue.push(kind, what.join(' '), () => taken.push(word));
  }
  const all = [];
  for (let more = true; more;) {
    taken = [];
    more = queue.feed();
    all.push(taken.join(', '));
  }
  return all;
}

export const tests = {
  'a press waits until what is under the pointer has been found': async () => {
    assert.deepEqual(pictures('move 5 5', 'button 0', 'button 0'), ['move 5 5', '', 'button 0', 'button 0']);
  },
  'a click where the pointer was does not wait': async () => {
    const queue = new InputQueue();
    const taken = [];
    queue.push('move', '5 5', () => taken.push('move'));
    while (queue.feed());
    queue.feed();
    queue.push('move', '5 5', () => taken.push('move again'));
    queue.push('button', '0', () => taken.push('press'));
    queue.feed();
    assert.deepEqual(taken, ['move', 'press']);
  },
  'of several movements the last counts': async () => {
    assert.deepEqual(pictures('move 1 1', 'move 2 2', 'move 3 3'), ['move 3 3']);
  },
  'a drag keeps its order': async () => {
    assert.deepEqual(pictures('button 0', 'move 9 9', 'button 0'), ['button 0', 'move 9 9', '', 'button 0']);
  },
  'each press and each release of a key is seen': async () => {
    assert.deepEqual(pictures('key 67', 'key 67', 'key 82', 'key 82'), ['key 67', 'key 67, key 82', 'key 82']);
  },
  'a key does not overtake a click': async () => {
    assert.deepEqual(pictures('button 0', 'key 67', 'wheel '), ['button 0', 'key 67, wheel ']);
  },
};
