/**
 * Makes `kubernetes.schema.json`, which the manifests are checked against, small enough to be kept: the kinds that we
 * use, of Kubernetes 1.34 from the Python package kubernetes-validate 1.37.0
 * (`kubernetes_validate/kubernetes-json-schema/v1.34.0-local-strict`) and of KEDA 2.21.0 from the custom resource
 * definitions of its Go module (`github.com/kedacore/keda/v2`, `config/crd/bases`), without their texts; and
 * `compose.schema.json`, of `schema/compose-spec.json` in the Go module `github.com/compose-spec/compose-go/v2` 2.16.2.
 *
 *     node deploy/manifests/extract-schemas.ts <first folder> <second folder> <compose-spec.json>
 */
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'

const kinds = [
  'configmap-v1',
  'deployment-apps-v1',
  'horizontalpodautoscaler-autoscaling-v2',
  'ingress-networking-v1',
  'job-batch-v1',
  'namespace-v1',
  'networkpolicy-networking-v1',
  'poddisruptionbudget-policy-v1',
  'secret-v1',
  'service-v1',
  'statefulset-apps-v1',
]
const customKinds = ['keda.sh_scaledobjects.yaml', 'keda.sh_triggerauthentications.yaml']

type Json = Record<string, unknown>
const json = z.record(z.string(), z.unknown())

const [kubernetesFolder = '', kedaFolder = '', composeFile = ''] = process.argv.slice(2)
const definitions = json.parse(read(path.join(kubernetesFolder, '_definitions.json')).$defs)
const reached = new Map<string, unknown>()
const schemas: Json = {}
for (const kind of kinds) {
  const schema = read(path.join(kubernetesFolder, `${kind}.json`))
  schemas[nameOf(groupVersionKind(schema))] = slim(schema)
}
for (const file of customKinds) addCustomKind(parse(readFileSync(path.join(kedaFolder, file), 'utf8')))
writeFileSync(
  path.join(import.meta.dirname, 'kubernetes.schema.json'),
  `${JSON.stringify({ schemas, $defs: Object.fromEntries([...reached].sort()) })}\n`,
)
writeFileSync(
  path.join(import.meta.dirname, 'compose.schema.json'),
  `${JSON.stringify(slim(read(composeFile), (reference) => reference))}\n`,
)

function read(file: string): Json {
  return json.parse(JSON.parse(readFileSync(file, 'utf8')))
}

function groupVersionKind(schema: Json) {
  const known = z.object({
    'x-kubernetes-group-version-kind': z.array(
      z.object({ group: z.string(), version: z.string(), kind: z.string() }),
    ),
  })
  const [first] = known.parse(schema)['x-kubernetes-group-version-kind']
  if (first === undefined) throw new Error('A schema without a kind')
  return first
}

function nameOf({ group, version, kind }: { group: string; version: string; kind: string }): string {
  return `${group === '' ? version : `${group}/${version}`} ${kind}`
}

/** The schema without texts and without what only tools read; what it refers to is taken along. */
function slim(value: unknown, refer = kubernetesReference): unknown {
  if (Array.isArray(value)) return value.map((part) => slim(part, refer))
  const object = json.safeParse(value)
  if (!object.success) return value
  const kept: Json = {}
  for (const [key, part] of Object.entries(object.data)) {
    if (key === '$ref') kept[key] = refer(String(part))
    else if (key === 'properties' || key === 'patternProperties' || key === '$defs')
      kept[key] = Object.fromEntries(
        Object.entries(json.parse(part)).map(([name, schema]) => [name, slim(schema, refer)]),
      )
    else if (!/^(description|default|format|title|\$id|\$schema|x-kubernetes-.*)$/.test(key))
      kept[key] = slim(part, refer)
  }
  return kept
}

function kubernetesReference(reference: string): string {
  return `#/$defs/${follow(reference)}`
}

function follow(reference: string): string {
  const name = reference.split('/').at(-1) ?? ''
  if (!reached.has(name)) {
    // Before its content: definitions refer to each other.
    reached.set(name, {})
    reached.set(name, slim(definitions[name]))
  }
  return name
}

/** A custom kind's own schema lets unknown fields pass; the API server drops them, which is a mistake all the same. */
function addCustomKind(definition: unknown): void {
  const { spec } = z
    .object({
      spec: z.object({
        group: z.string(),
        names: z.object({ kind: z.string() }),
        versions: z.array(z.object({ name: z.string(), schema: z.object({ openAPIV3Schema: json }) })),
      }),
    })
    .parse(definition)
  for (const version of spec.versions) {
    const name = nameOf({ group: spec.group, version: version.name, kind: spec.names.kind })
    const schema = json.parse(strict(slim(version.schema.openAPIV3Schema)))
    const metadata = { $ref: `#/$defs/${follow('io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta')}` }
    schemas[name] = { ...schema, properties: { ...json.parse(schema.properties), metadata } }
  }
}

function strict(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(strict)
  const object = json.safeParse(value)
  if (!object.success) return value
  const parts = Object.fromEntries(Object.entries(object.data).map(([key, part]) => [key, strict(part)]))
  return 'properties' in parts && !('additionalProperties' in parts)
    ? { ...parts, additionalProperties: false }
    : parts
}
