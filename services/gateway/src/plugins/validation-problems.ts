import type { FieldProblem } from '@flexprice/domain'

/** A refusal of the schema library, in Fastify's form. */
interface SchemaProblem {
  readonly keyword: string
  readonly instancePath: string
  readonly message?: string | undefined
  readonly params?: Readonly<Record<string, unknown>> | undefined
}

/** The fields that a schema refused, by their paths, and whether all of them are only "not built yet". */
export function validationProblems(
  problems: readonly SchemaProblem[],
  notBuiltCode: string,
): { fields: FieldProblem[]; notBuiltOnly: boolean } {
  return {
    fields: problems.flatMap(fieldProblems).slice(0, fieldsMax),
    notBuiltOnly: problems.every(({ params }) => codeOf(params?.params) === notBuiltCode),
  }
}

/** A bad list of a thousand prices need not make an answer of a megabyte. */
const fieldsMax = 100

function fieldProblems({
  keyword,
  instancePath,
  message = 'is not valid',
  params,
}: SchemaProblem): FieldProblem[] {
  const path = fieldPath(instancePath)
  const unknown = params?.keys
  if (keyword === 'unrecognized_keys' && Array.isArray(unknown)) {
    return unknown.map((key) => ({
      path: path === '' ? String(key) : `${path}.${key}`,
      message: 'is not a known field',
    }))
  }
  return [{ path, message }]
}

/** `/tiers/1/up_to` as people and our other errors write it: `tiers[1].up_to`. */
function fieldPath(instancePath: string): string {
  return instancePath
    .split('/')
    .filter((part) => part !== '')
    .map((part, index) => (/^\d+$/.test(part) ? `[${part}]` : index === 0 ? part : `.${part}`))
    .join('')
}

function codeOf(params: unknown): unknown {
  return typeof params === 'object' && params !== null && 'code' in params ? params.code : undefined
}
