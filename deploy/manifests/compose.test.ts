import { existsSync, globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { dynamicSettings } from '@flexprice/local-stack/temporal'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { composeProblems, readCompose } from './compose-file.ts'
import { serviceVariables } from './service-variables.ts'

const repositoryDir = path.resolve(import.meta.dirname, '../..')
const deployDir = path.join(repositoryDir, 'deploy')
const text = (file: string) => readFileSync(path.join(deployDir, file), 'utf8')
const services = readCompose(path.join(deployDir, 'compose.yaml'))
const ours = [...services].flatMap(([name, service]) => {
  const built = service.build?.args.SERVICE
  return built === undefined ? [] : [{ name, built, service }]
})
const declared = new Map((await serviceVariables()).map(({ service, variables }) => [service, variables]))
/** Of Node itself. */
const ofOthers = new Set(['NODE_OPTIONS'])

describe('compose.yaml', () => {
  it('is what the compose specification allows; a misspelt key is found', () => {
    expect(services.size).toBeGreaterThan(10)
    expect(composeProblems({ services: { a: { image: 'x', comand: [] } } })).not.toEqual([])
  })

  it('runs every service there is, and the gateway twice', () => {
    expect(new Set(ours.map(({ built }) => built))).toEqual(new Set(declared.keys()))
    expect(ours.filter(({ built }) => built === 'gateway')).toHaveLength(2)
  })

  it('gives each what it cannot start without, and nothing that it does not read', () => {
    for (const { name, built, service } of ours) {
      const variables = declared.get(built) ?? []
      const given = Object.keys(service.environment).filter((variable) => !ofOthers.has(variable))
      const names = variables.map((variable) => variable.name)
      // The command line asks for what its command needs; the migrations are the one that owns the schema.
      const required = built === 'cli' ? [] : variables.filter((variable) => variable.required)
      expect(given, name).toEqual(expect.arrayContaining(required.map((variable) => variable.name)))
      if (built !== 'cli') expect(names, name).toEqual(expect.arrayContaining(given))
    }
    const owners = [...services].filter(([, { environment }]) => environment.DATABASE_OWNER_URL !== undefined)
    expect(owners.map(([name]) => name)).toEqual(['migrate'])
  })

  it('confines what is ours: a read-only root, no capabilities', () => {
    for (const { name, service } of ours) {
      expect(service, name).toMatchObject({ read_only: true, cap_drop: ['ALL'] })
    }
  })

  it('leads every address, dependency and mounted file to something that is there', () => {
    const names = [...services.keys()]
    for (const [name, { environment, depends_on, volumes }] of services) {
      const needed = Array.isArray(depends_on) ? depends_on : Object.keys(depends_on ?? {})
      expect(names, name).toEqual(expect.arrayContaining(needed))
      const hosts = Object.values(environment).flatMap(
        (value) => value.match(/(?:^|@|\/\/)([a-z-]+):\d+/)?.[1] ?? [],
      )
      expect(names, name).toEqual(expect.arrayContaining(hosts))
      const files = volumes
        .map((volume) => volume.split(':')[0] ?? '')
        .filter((source) => source.startsWith('.'))
      for (const file of files) expect(existsSync(path.join(deployDir, file)), `${name}: ${file}`).toBe(true)
    }
  })

  it('has a Temporal that deals tasks as the one that everything is tested with, and the local overlay likewise', () => {
    const read: Record<string, { value: unknown }[]> = parse(text('temporal/dynamic-config.yaml'))
    const settings = Object.entries(read).map(
      ([name, [setting]]) => `${name}=${JSON.stringify(setting?.value)}`,
    )
    expect(settings).toEqual(dynamicSettings)
    const overlay = readFileSync(path.join(repositoryDir, 'k8s/overlays/local/servers/temporal.yaml'), 'utf8')
    expect([...overlay.matchAll(/--dynamic-config-value=(\S+)/g)].map(([, setting]) => setting)).toEqual(
      settings,
    )
  })

  it('asks for passwords that make-passwords.sh makes, every one, and holds none', () => {
    const all = ['compose.yaml', 'compose.workers.yaml', 'compose.service.yaml'].map(text).join('\n')
    const asked = new Set(
      [...all.matchAll(/\$\{([A-Z_]+):\?run sh deploy\/make-passwords\.sh\}/g)].map(([, name]) => name),
    )
    const made = text('make-passwords.sh')
      .match(/for name in ([A-Z_ ]+);/)?.[1]
      ?.split(' ')
    expect(asked).toEqual(new Set(made))
    expect(
      [...all.matchAll(/^ +\w*(PASSWORD|PWD): *(\S+)/gm)].filter(([, , value]) => !value?.startsWith('${')),
    ).toEqual([])
  })

  it('balances over the gateways by their readiness', () => {
    const gateways = ours.filter(({ built }) => built === 'gateway').map(({ name }) => `${name}:8080`)
    expect(text('Caddyfile')).toContain(`reverse_proxy {$GATEWAYS:${gateways.join(' ')}}`)
    expect(text('Caddyfile')).toContain('health_uri /health/ready')
  })
})

describe('what is watched', () => {
  const sources = globSync('{packages,services}/*/src/**/*.ts', { cwd: repositoryDir })
    .filter((file) => !file.endsWith('.test.ts'))
    .map((file) => readFileSync(path.join(repositoryDir, file), 'utf8'))
    .join('\n')
  /** Temporal's core, Prometheus itself, and prom-client's own. */
  const fromOthers = /^(temporal_(workflow|activity|worker)_\w+|up|process_\w+|nodejs_\w+)$/
  const isMeasured = (metric: string) =>
    fromOthers.test(metric) ||
    sources.includes(`'${metric}'`) ||
    sources.includes(`'${metric.replace(/_(bucket|count|sum)$/, '')}'`) ||
    new RegExp(`\\b${metric}: \\[`).test(sources)

  it('by alert rules has metrics that are measured', () => {
    const rules = z
      .object({
        groups: z.array(z.object({ rules: z.array(z.object({ alert: z.string(), expr: z.string() })) })),
      })
      .parse(parse(text('prometheus/rules.yml')))
    const all = rules.groups.flatMap((group) => group.rules)
    expect(all.length).toBeGreaterThan(8)
    for (const { alert, expr } of all)
      expect(
        metricsIn(expr).filter((metric) => !isMeasured(metric)),
        alert,
      ).toEqual([])
  })

  it('by the dashboard has metrics that are measured', () => {
    const dashboard = z
      .object({
        panels: z.array(z.object({ title: z.string(), targets: z.array(z.object({ expr: z.string() })) })),
      })
      .parse(JSON.parse(text('grafana/dashboards/flexprice.json')))
    for (const { title, targets } of dashboard.panels) {
      const unknown = targets.flatMap(({ expr }) => metricsIn(expr)).filter((metric) => !isMeasured(metric))
      expect(unknown, title).toEqual([])
    }
  })

  it('and a misspelt one would be found', () => {
    expect(metricsIn('sum by (route) (rate(http_request_seconds_count{status=~"5.."}[5m])) > 1')).toEqual([
      'http_request_seconds_count',
    ])
    expect(isMeasured('http_request_seconds_count')).toBe(false)
  })
})

/** The names in an expression that are neither PromQL's own nor labels nor values. */
function metricsIn(expression: string): string[] {
  const bare = expression.replaceAll(/\{[^}]*\}|\[[^\]]*\]|by \([^)]*\)|"[^"]*"/g, ' ')
  const words = bare.match(/[a-z_][a-z0-9_]*/g) ?? []
  return words.filter((word) => !/^(sum|max|min|by|rate|increase|histogram_quantile|and|or|le)$/.test(word))
}
