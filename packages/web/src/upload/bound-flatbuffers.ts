import { ByteBuffer } from "flatbuffers";

/** More than the columns and buffers of any table: 65,536 columns have three times as many buffers at most. */
const MOST_ELEMENTS = 2 ** 18;
/** Every vector in Arrow's metadata is one of offsets, numbers or structs; none of its elements is smaller. */
const LEAST_BYTES = 4;

/**
 * Arrow's metadata are flatbuffers, whose vectors begin with how many elements they have. apache-arrow believes it, and
 * a changed byte made 400 bytes of an upload cost 2 GB. From now on a vector in this process that claims more than its
 * buffer can hold is refused, by an error like those of any other broken file.
 */
export function boundFlatbuffers(): void {
  const claimed = ByteBuffer.prototype.__vector_len;
  ByteBuffer.prototype.__vector_len = function (this: ByteBuffer, offset: number): number {
    const elements = claimed.call(this, offset);
    const room = this.capacity() / LEAST_BYTES;
    if (elements >= 0 && elements <= Math.min(room, MOST_ELEMENTS)) return elements;
    throw new RangeError(`a list in its metadata claims ${elements} elements`);
  };
}
