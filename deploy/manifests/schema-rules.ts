import { Ajv, type ValidateFunction } from 'ajv'
import { z } from 'zod'
import known from './kubernetes.schema.json' with { type: 'json' }
import { type KubernetesObject, titleOf } from './kubernetes-objects.ts'

const ajv = new Ajv({ strict: false, allErrors: true })
const schemas = z.record(z.string(), z.looseObject({})).parse(known.schemas)

/** What the schemas of Kubernetes 1.34 and of KEDA say against an object; a kind that they lack is a problem too. */
export function schemaProblems(object: KubernetesObject): string[] {
  const check = checkOf(`${object.apiVersion} ${object.kind}`)
  if (check === undefined) return [`${titleOf(object)}: there is no ${object.kind} of ${object.apiVersion}`]
  if (check(object)) return []
  return (check.errors ?? []).map(
    ({ instancePath, message, params }) =>
      `${titleOf(object)}: ${instancePath || '/'} ${message} ${JSON.stringify(params)}`,
  )
}

const checks = new Map<string, ValidateFunction>()

function checkOf(kind: string): ValidateFunction | undefined {
  const schema = schemas[kind]
  if (schema === undefined) return undefined
  const check = checks.get(kind) ?? ajv.compile({ ...schema, $defs: known.$defs })
  checks.set(kind, check)
  return check
}
