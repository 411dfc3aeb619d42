export type Methods = {
  /** A route of the frame, as it is registered: /orders/:order_no, or /docs/static/* for all that is under it. */
  add(method: string | readonly string[], url: string): void
  /** What may be asked of an address, in order of the alphabet; [] where there is nothing. */
  at(path: string): readonly string[]
}

/** Which methods an address has: the router looks for one method at a time and does not tell of the others. */
export function methodsOfRoutes(): Methods {
  const routes = new Map<string, { readonly pattern: RegExp; readonly methods: Set<string> }>()
  return {
    add(method, url) {
      const route = routes.get(url) ?? { pattern: patternOf(url), methods: new Set() }
      for (const one of [method].flat()) route.methods.add(one)
      routes.set(url, route)
    },
    at: path =>
      [
        ...new Set([...routes.values()].flatMap(({ pattern, methods }) => (pattern.test(path) ? [...methods] : []))),
      ].sort(),
  }
}

const patternOf = (url: string): RegExp =>
  new RegExp(
    `^${url
      .split('/')
      .map(part => (part === '*' ? '.*' : part.startsWith(':') ? '[^/]*' : RegExp.escape(part)))
      .join('/')}$`,
  )
