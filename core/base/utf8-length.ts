/** How many bytes a text takes in UTF-8: what file systems count when they limit a name. */
export function utf8Length(text: string): number {
  let bytes = 0;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return bytes;
}

/** The longest name that the common file systems take, in bytes. */
export const MAX_FILE_NAME_BYTES = 255;
