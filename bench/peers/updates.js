// Writes, for the generator, the Yjs updates of one editor that sets one key of
// a map COUNT times, one update a line in hex. Editor, key and value are
// placeholders of fixed width, which the generator overwrites:
//
//   client id  0xfffffff0, five bytes as a varint
//   key        "k0000000"
//   value      SIZE bytes of x
import * as Y from 'yjs';

const [count, size] = process.argv.slice(2).map(Number);
const doc = new Y.Doc();
doc.clientID = 0xfffffff0;
const lines = [];
doc.on('update', (update) => lines.push(Buffer.from(update).toString('hex')));
const map = doc.getMap('plan');
for (let i = 0; i < count; i++) map.set('k0000000', 'x'.repeat(size));
console.log(lines.join('\n'));
