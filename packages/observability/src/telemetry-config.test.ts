import { readConfig } from '@flexprice/configuration'
import { expect, test } from 'vitest'
import { telemetryConfig } from './telemetry-config.ts'

const otlp = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' }
const jaeger = { JAEGER_ENDPOINT: 'http://jaeger:14268/api/traces' }

test.each([
  [{}, 'none'],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: ' ', JAEGER_ENDPOINT: '' }, 'none'],
  [otlp, 'otlp'],
  [jaeger, 'jaeger'],
  [{ ...otlp, ...jaeger }, 'otlp'],
  [{ ...otlp, ...jaeger, TRACES_EXPORTER: 'jaeger' }, 'jaeger'],
  [{ ...otlp, TRACES_EXPORTER: 'none' }, 'none'],
])('%j exports by %s', (env, exporter) => {
  expect(readConfig(env, telemetryConfig)).toMatchObject({
    ok: true,
    config: { exporter, sampleRatio: 1, logLevel: 'info' },
  })
})

test('ratio and level are read', () => {
  expect(readConfig({ OTEL_TRACES_SAMPLER_ARG: '0.25', LOG_LEVEL: 'debug' }, telemetryConfig)).toMatchObject({
    config: { sampleRatio: 0.25, logLevel: 'debug' },
  })
})

test('everything that is wrong is said at once, each by its variable', () => {
  const result = readConfig(
    {
      TRACES_EXPORTER: 'zipkin',
      OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4318',
      JAEGER_ENDPOINT: 'nonsense',
      OTEL_TRACES_SAMPLER_ARG: '2',
      LOG_LEVEL: 'loud',
    },
    telemetryConfig,
  )
  const problems = result.ok ? [] : result.problems
  expect(problems.map((problem) => problem.split(':')[0])).toEqual([
    'OTEL_EXPORTER_OTLP_ENDPOINT',
    'JAEGER_ENDPOINT',
    'TRACES_EXPORTER',
    'OTEL_TRACES_SAMPLER_ARG',
    'LOG_LEVEL',
  ])
})

test.each(['otlp', 'jaeger'])('%s without its endpoint is a problem', (exporter) => {
  expect(readConfig({ TRACES_EXPORTER: exporter }, telemetryConfig)).toMatchObject({
    ok: false,
    problems: [expect.stringContaining('is missing')],
  })
})
