import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  chownSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, matchesGlob } from 'node:path'
import { after, type TestContext, test } from 'node:test'
import { parse, parseAllDocuments } from 'yaml'
import { ServerSettings } from '../src/server.ts'
import { PACKAGE_ROOT } from '../src/system/paths.ts'
import { CLOSING_SECONDS } from '../src/system/stop_signals.ts'
import { closeTestServer, freshDatabase } from './server.ts'
import { TEST_MASTER_HEX } from './vault.ts'

after(closeTestServer)

const deploy = (path: string): string => join(PACKAGE_ROOT, 'deploy', path)
const text = (path: string): string => readFileSync(deploy(path), 'utf8')
const runs = (program: string, ...words: string[]): boolean => spawnSync(program, words).status === 0
/** After so long the platform has ended by itself. */
const STOP_SECONDS: number =
  ((ServerSettings.properties.stop_seconds as { default?: unknown }).default as number) + CLOSING_SECONDS

test('the image is made of what there is, and of nothing that is ignored', () => {
  const ignore = readFileSync(join(PACKAGE_ROOT, '.dockerignore'), 'utf8').split('\n')
  const allowed = ignore.filter(line => line.startsWith('!')).map(line => line.slice(1))
  const sources = [...text('docker/Dockerfile').matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, list = '']) =>
    list.split(' '),
  )
  assert.ok(sources.length > 10)
  assert.deepEqual(
    sources.filter(path => !existsSync(join(PACKAGE_ROOT, path))),
    [],
  )
  assert.deepEqual(
    sources.filter(path => !allowed.includes(path.split('/')[0] ?? '')),
    [],
  )
  // What the running product imports lies within what is copied.
  const outside = globSync('src/**/*.ts', { cwd: PACKAGE_ROOT })
    .filter(path => !matchesGlob(path, '**/*.test.ts'))
    .filter(path => /from '(\.\.\/)+(testkit|scripts|bench|web)\//.test(readFileSync(join(PACKAGE_ROOT, path), 'utf8')))
  assert.deepEqual(outside, [])
})

type Service = {
  read_only: boolean
  cap_drop: string[]
  security_opt: string[]
  stop_grace_period: string
  healthcheck?: object
  deploy: { resources: { limits: object } }
  secrets: string[]
  environment: Record<string, string>
  image: string
  init: boolean
  user?: string
}

test('containers are read-only, without rights, limited, looked after, and get secrets by files', () => {
  const { services, secrets } = parse(text('docker/compose.yaml'), { merge: true }) as {
    services: Record<string, Service>
    secrets: Record<string, { file: string }>
  }
  assert.deepEqual(Object.keys(services), ['main', 'city', 'remote', 'server-1', 'server-2', 'worker'])
  for (const [name, service] of Object.entries(services)) {
    assert.equal(service.read_only, true, name)
    assert.deepEqual(service.cap_drop, ['ALL'], name)
    assert.deepEqual(service.security_opt, ['no-new-privileges:true'], name)
    assert.ok(Number.parseInt(service.stop_grace_period, 10) > STOP_SECONDS, name)
    assert.ok(service.deploy.resources.limits, name)
    // Root without the right to signal others: PostgreSQL would be killed at each stop.
    assert.ok(!service.init || service.user, name)
    assert.ok(service.healthcheck || service.image === 'fzpay', `${name}: the image has its own`)
    assert.deepEqual(
      service.secrets.filter(secret => !secrets[secret]),
      [],
      name,
    )
    const plain = Object.entries(service.environment).filter(
      ([key]) => /PASSWORD|KEY|SECRET|TOKEN/.test(key) && !key.endsWith('_FILE'),
    )
    assert.deepEqual(plain, [], name)
  }
  // There it would be stronger than what an operator sets when a centre is lost.
  assert.doesNotMatch(text('docker/centre.sh'), /-c synchronous_standby_names/)
})

const units = ['fzpay.service', 'fzpay-worker@.service']
const analyze = runs('systemd-analyze', '--version')

test('systemd takes the units, and they may do next to nothing', {
  skip: !analyze && 'systemd-analyze is not here',
}, t => {
  const folder = temporary(t)
  for (const unit of units) {
    // Verified where the package is, not where it would be installed.
    writeFileSync(join(folder, unit), text(`systemd/${unit}`).replaceAll('/opt/fzpay', PACKAGE_ROOT))
    const grace = Number(/^TimeoutStopSec=(\d+)$/m.exec(text(`systemd/${unit}`))?.[1])
    assert.ok(grace > STOP_SECONDS, unit)
  }
  const one = units.map(unit => join(folder, unit.replace('@.', '@1.')))
  writeFileSync(one[1] as string, readFileSync(join(folder, units[1] as string)))
  const verified = spawnSync('systemd-analyze', ['verify', '--man=no', ...one], { encoding: 'utf8' })
  assert.equal(verified.stderr + verified.stdout, '')
  const exposed = spawnSync('systemd-analyze', ['security', '--offline=true', '--threshold=20', '--no-pager', ...one], {
    encoding: 'utf8',
  })
  assert.equal(exposed.status, 0, exposed.stdout)
})

type Pod = {
  terminationGracePeriodSeconds: number
  automountServiceAccountToken: boolean
  securityContext: { runAsNonRoot: boolean; seccompProfile: { type: string } }
  containers: { securityContext: object; resources: { requests: object; limits: object }; readinessProbe?: object }[]
}
type Manifest = { kind: string; metadata: { name: string }; spec: { template: { spec: Pod } } }

test('manifests: pods without rights that stop later than the platform, and each file is taken', () => {
  const { resources } = parse(text('kubernetes/kustomization.yaml')) as { resources: string[] }
  const found = globSync('*.yaml', { cwd: deploy('kubernetes') })
  assert.deepEqual([...resources, 'fzpay.yaml', 'kustomization.yaml'].sort(), found.sort())
  const all: Manifest[] = resources.flatMap(file =>
    parseAllDocuments(text(`kubernetes/${file}`)).map(each => each.toJS()),
  )
  const deployments = all.filter(({ kind }) => kind === 'Deployment')
  assert.deepEqual(
    deployments.map(({ metadata }) => metadata.name),
    ['fzpay-server', 'fzpay-worker'],
  )
  for (const { spec } of deployments) {
    const pod = spec.template.spec
    assert.ok(pod.terminationGracePeriodSeconds > STOP_SECONDS + 5)
    assert.equal(pod.automountServiceAccountToken, false)
    assert.deepEqual(
      [pod.securityContext.runAsNonRoot, pod.securityContext.seccompProfile],
      [true, { type: 'RuntimeDefault' }],
    )
    for (const { securityContext, resources } of pod.containers) {
      assert.deepEqual(securityContext, {
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      })
      assert.ok(resources.requests && resources.limits)
    }
  }
  if (runs('kubectl', 'kustomize', '--help')) assert.ok(runs('kubectl', 'kustomize', deploy('kubernetes')))
})

test('the platform runs as a nobody who may write to its data folder and /tmp only, and says by fzpay health how it is', async t => {
  const folder = temporary(t)
  const account = process.getuid?.() === 0 ? { uid: 10001, gid: 10001 } : {}
  const fresh = await freshDatabase()
  t.after(fresh.drop)
  const data = join(folder, 'data')
  mkdirSync(data)
  chmodSync(folder, 0o755)
  if (account.uid) chownSync(data, account.uid, account.gid)
  writeFileSync(join(folder, 'database.url'), `${fresh.url}\n`)
  writeFileSync(join(folder, 'fzpay.yaml'), 'server: { port: 0, tls: { self_signed: true, names: [pay.test] } }\n')
  const { DATABASE_URL: _, ...env } = process.env
  const start = {
    ...account,
    cwd: folder,
    env: {
      ...env,
      DATABASE_URL_FILE: join(folder, 'database.url'),
      FZPAY_CONFIG: '',
      FZPAY_DATA: data,
      FZPAY_MASTER_KEY: TEST_MASTER_HEX,
      NODE_COMPILE_CACHE: join(data, 'compiled'),
    },
  }
  const cli = join(PACKAGE_ROOT, 'src/cli.ts')
  const reads = spawnSync(process.execPath, ['-e', 'fs.readFileSync(process.argv[1])', cli], start)
  if (reads.status !== 0) return t.skip('nobody else may read this folder')
  const child = spawn(process.execPath, [cli, 'serve', '--lang', 'en'], start)
  t.after(() => child.kill('SIGKILL'))
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', chunk => (said += chunk))
  while (!/running: http/.test(said)) {
    if (child.exitCode !== null) assert.fail(said)
    await Promise.race([once(child.stdout, 'data'), once(child, 'exit')])
  }
  const [, port = ''] = /running: https:\/\/127\.0\.0\.1:(\d+)/.exec(said) ?? []
  const health = spawnSync(process.execPath, [cli, 'health', '--port', port, '--lang', 'en'], {
    ...start,
    encoding: 'utf8',
  })
  assert.equal(health.stdout, `https://127.0.0.1:${port}/health/ready: ready\n`, health.stderr)
  child.kill('SIGTERM')
  assert.deepEqual(await once(child, 'exit'), [0, null], said)
  const gone = spawnSync(process.execPath, [cli, 'health', '--port', port, '--lang', 'en'], {
    ...start,
    encoding: 'utf8',
  })
  assert.deepEqual([gone.status, /ECONNREFUSED/.test(gone.stderr)], [2, true])
})

function temporary(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'fzpay-deploy-'))
  t.after(() => rmSync(folder, { recursive: true }))
  return folder
}
