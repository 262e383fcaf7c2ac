import fc from '../../support/fc';
import { FrameWriter } from '../../../src/streams/wire/FrameWriter';
import { readHeader } from '../../../src/streams/wire/readHeader';
import { recogniseHeader } from '../../../src/streams/wire/recogniseHeader';

/** The header of the one frame written. */
function headerWritten(write: (writer: FrameWriter) => void): string {
  let frame = '';
  const writer = new FrameWriter((bytes) => {
    frame = Buffer.from(bytes).toString('latin1');
    return true;
  });
  write(writer);
  writer.flush();
  return frame.slice(2, 2 + ((frame.charCodeAt(0) << 8) | frame.charCodeAt(1)));
}

const headers = [
  headerWritten((writer) => writer.request(12, '1', false)),
  headerWritten((writer) => writer.request(345, '1', true)),
  headerWritten((writer) => writer.reply(6, '1')),
  headerWritten((writer) => writer.reply(78, '1', 'next')),
  headerWritten((writer) => writer.reply(9, '', 'complete')),
  headerWritten((writer) => writer.reply(10, '1', 'error')),
  headerWritten((writer) => writer.frame({}, '1')),
];

describe('recogniseHeader', () => {
  it.each(headers)('recognises %s and agrees with JSON.parse', (header) => {
    const recognised = recogniseHeader(`ab${header}cd`, 2, header.length);
    expect(recognised).toBeDefined();
    expect(recognised).toStrictEqual(readHeader(Buffer.from(header, 'latin1'), ''));
  });

  it('recognises no header that JSON.parse would read otherwise', () => {
    const character = fc.constantFrom(...' 0123456789-.e",:{}\t\u0000é', 'n');
    const edit = fc.tuple(fc.nat(260), fc.constantFrom(0, 1), character);
    fc.assert(
      fc.property(
        fc.constantFrom(...headers),
        fc.array(edit, { minLength: 1, maxLength: 3 }),
        (header, edits) => {
          const characters = Array.from(header);
          for (const [at, remove, inserted] of edits)
            characters.splice(at % characters.length, remove, inserted);
          const edited = characters.join('');
          const recognised = recogniseHeader(edited, 0, edited.length);
          if (recognised === undefined) return;
          expect(recognised).toStrictEqual(readHeader(Buffer.from(edited, 'latin1'), ''));
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('reads only what belongs to the header', () => {
    const header = headers.at(-1) ?? '';
    expect(recogniseHeader(`${header}`.slice(0, -1), 0, header.length)).toBeUndefined();
    expect(recogniseHeader(header, 0, header.length - 1)).toBeUndefined();
    expect(recogniseHeader(header.replace('1}', '1234567890123456}'), 0, header.length + 15)).toBeUndefined();
  });
});
