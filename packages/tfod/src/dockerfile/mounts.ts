import { flagValues, type Instruction } from './dockerfile';
import { pairOf } from './words';

/** A `--mount` of a RUN, as far as it says where content comes from. */
export interface Mount {
  /** `bind`, `cache`, `tmpfs`, `secret` or `ssh`. */
  readonly type: string;
  /** A stage, an image or a named context; undefined: the build context. */
  readonly from?: string;
  readonly source: string;
  readonly target: string;
  readonly id: string;
  readonly required: boolean;
}

/**
 * The mounts of a RUN. BuildKit replaces variables in every value but `from`, where it refuses them, so
 * `expand` is not asked for that one.
 */
export function mountsOf(instruction: Instruction, expand: (value: string) => string): readonly Mount[] {
  if (instruction.keyword !== 'RUN') return [];
  return flagValues(instruction, 'mount').map((value) => mountOf(value, expand));
}

function mountOf(written: string, expand: (value: string) => string): Mount {
  const fields = new Map(
    csvFields(written).map((field) => {
      const { name, value } = pairOf(field);
      const key = name.toLowerCase();
      return [key, value === undefined || key === 'from' ? value : expand(value)] as const;
    }),
  );
  const first = (...keys: readonly string[]) =>
    keys.map((key) => fields.get(key)).find((value) => value) ?? '';
  const from = first('from');
  return {
    type: first('type').toLowerCase() || 'bind',
    ...(from !== '' && { from }),
    source: first('source', 'src'),
    target: first('target', 'dst', 'destination'),
    id: first('id'),
    required: fields.has('required') && !/^(0|f|false)$/i.test(first('required')),
  };
}

/** The fields of one line of CSV; a quoted one may hold commas, and a doubled quote is a quote. */
function csvFields(line: string): readonly string[] {
  const fields = line.match(/(?:"(?:[^"]|"")*"|[^,])+/g) ?? [];
  return fields.map((field) => (/^".*"$/s.test(field) ? field.slice(1, -1).replaceAll('""', '"') : field));
}
