/** Where the throw-away stack of `npm test` listens. A missing part fails the tests, it never skips them. */
export function testStack(): { postgresUrl: string; temporalAddress: string; redisUrl: string } {
  return {
    postgresUrl: required('TEST_POSTGRES_URL'),
    temporalAddress: required('TEST_TEMPORAL_ADDRESS'),
    redisUrl: required('TEST_REDIS_URL'),
  }
}

function required(name: string): string {
  const value = process.env[name]
  if (!value)
    throw new Error(`${name} is not set: run the tests by \`npm test\`, which starts the servers they need`)
  return value
}
