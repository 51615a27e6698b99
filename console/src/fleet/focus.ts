/** Where the focus is in the matrix: by name, so that it stays there when lines and columns come and go. */
export interface Place {
  /** A service, or the header of the columns. */
  line: string;
  /** An environment, or the header of the line. */
  column: string;
}

export const HEAD = '';

export interface Field {
  /** The names of lines that can have the focus, the header first. */
  lines: readonly string[];
  columns: readonly string[];
  /** How many lines one sees at once. */
  page: number;
}

function at(names: readonly string[], index: number): string {
  return names[Math.min(Math.max(index, 0), names.length - 1)]!;
}

/** What keys move it, as WAI-ARIA's grid pattern has them. */
export function moved(field: Field, place: Place, key: string, control: boolean): Place | undefined {
  const line = Math.max(0, field.lines.indexOf(place.line));
  const column = Math.max(0, field.columns.indexOf(place.column));
  const to = target(field, line, column, key, control);
  if (to === undefined) return undefined;
  return { line: at(field.lines, to[0]), column: at(field.columns, to[1]) };
}

function target(
  { lines, columns, page }: Field,
  line: number,
  column: number,
  key: string,
  control: boolean,
): [number, number] | undefined {
  const lastLine = lines.length - 1;
  const lastColumn = columns.length - 1;
  switch (key) {
    case 'ArrowUp':
      return [control ? 0 : line - 1, column];
    case 'ArrowDown':
      return [control ? lastLine : line + 1, column];
    case 'ArrowLeft':
      return [line, control ? 0 : column - 1];
    case 'ArrowRight':
      return [line, control ? lastColumn : column + 1];
    case 'Home':
      return [control ? 0 : line, 0];
    case 'End':
      return [control ? lastLine : line, lastColumn];
    case 'PageUp':
      return [line - page, column];
    case 'PageDown':
      return [line + page, column];
    default:
      return undefined;
  }
}
