// The library's own types are not reachable through its `exports`.
declare module "croner" {
  export default class Cron {
    constructor(pattern: string, options: { paused: boolean });
    enumerate(count: number): Date[];
  }
}
