/** Rows to read: columns as wide as they need to be, the heading in capitals. */
export function table(
  columns: readonly string[],
  rows: readonly (readonly (string | number | undefined)[])[],
): string {
  const texts = [
    columns.map((column) => column.toUpperCase()),
    ...rows.map((row) => row.map(text)),
  ];
  const widths = columns.map((_, i) => Math.max(...texts.map((row) => row[i]?.length ?? 0)));
  return texts
    .map(
      (row) =>
        `${row
          .map((cell, i) => cell.padEnd(widths[i] ?? 0))
          .join("  ")
          .trimEnd()}\n`,
    )
    .join("");
}

/** Names come from strangers: nothing in them may move the cursor, colour the terminal or begin a row. */
function text(value: string | number | undefined): string {
  return value === undefined || value === "" ? "-" : `${value}`.replace(/\p{Cc}+/gu, " ");
}
