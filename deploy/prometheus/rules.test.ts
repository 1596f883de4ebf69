/** The alerts against the code: a metric that is renamed would silence them. */
import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { parse } from 'yaml';
import { createGatewayMetrics } from '../../services/gateway/metrics.ts';
import { createIngestMetrics } from '../../services/ingest/metrics.ts';
import { createTicketingMetrics } from '../../services/ticketing/metrics.ts';
import { createRegistry } from '../../shared/metrics/index.ts';
import { measureReach } from '../../shared/metrics/reach.ts';

const read = (name: string) => parse(readFileSync(new URL(name, import.meta.url), 'utf8'), { merge: true });
const { groups } = read('rules.yml') as {
  groups: {
    rules: { alert: string; expr: string; labels: { severity: string }; annotations: { summary: string } }[];
  }[];
};
const rules = groups.flatMap((group) => group.rules);

describe('deploy/prometheus', () => {
  it('watches only metrics, and labels of theirs, that the services have', async () => {
    const labels = new Map<string, string[]>();
    const makers = { gateway: createGatewayMetrics, ingest: createIngestMetrics, ticketing: createTicketingMetrics };
    for (const [name, make] of Object.entries(makers)) {
      const registry = createRegistry(name);
      make(registry);
      measureReach(registry, async () => ({ store: true, bus: true }));
      for (const metric of registry.getMetricsAsArray()) {
        const { labelNames = [] } = metric as unknown as { labelNames?: string[] };
        labels.set(metric.name, labelNames);
      }
    }
    for (const { alert, expr } of rules) {
      for (const [, metric = '', selector = ''] of expr.matchAll(/\b(qrflow_\w+)(?:\{([^}]*)\})?/g)) {
        expect([...labels.keys()], alert).to.include(metric);
        for (const [, label] of selector.matchAll(/(\w+)\s*[=!]/g)) expect(labels.get(metric), alert).to.include(label);
      }
    }
  });

  it('says of each alert how urgent it is, and what happened', () => {
    expect(new Set(rules.map(({ alert }) => alert)).size).to.equal(rules.length);
    for (const { alert, labels, annotations } of rules) {
      expect(labels.severity, alert).to.be.oneOf(['page', 'ticket']);
      expect(annotations.summary, alert).to.be.a('string');
    }
  });

  it('has a row of the runbook for each alert, with how urgent it is, and tries no other', () => {
    const runbook = readFileSync(new URL('../../docs/runbook.md', import.meta.url), 'utf8');
    const rows = runbook.split('\n').flatMap((line) => {
      const [, names = '', severities = ''] = line.split('|');
      const alerts = [...names.matchAll(/`([A-Z]\w+)`/g)].map(([, alert = '']) => alert);
      const urgent = severities.trim().split(', ');
      return alerts.map((alert, at) => `${alert} ${urgent[at] ?? urgent[0]}`);
    });
    for (const { alert, labels } of rules) expect(rows).to.include(`${alert} ${labels.severity}`);
    const { tests } = read('rules-test.yml') as { tests: { alert_rule_test: { alertname: string }[] }[] };
    const tried = tests.flatMap(({ alert_rule_test }) => alert_rule_test.map(({ alertname }) => alertname));
    for (const alert of tried) expect(rules.map((rule) => rule.alert)).to.include(alert);
  });

  it('scrapes each service on its ops port, with the token', () => {
    const { scrape_configs } = read('prometheus.yml');
    const jobs = scrape_configs.map(({ job_name, dns_sd_configs, authorization }: Record<string, never>) => ({
      job_name,
      authorization,
      dns_sd_configs,
    }));
    const job = (name: string, port: number) => ({
      job_name: name,
      authorization: { credentials_file: '/tmp/metrics-token' },
      dns_sd_configs: [{ names: [name], type: 'A', port }],
    });
    expect(jobs).to.deep.equal([job('gateway', 9100), job('ingest', 9101), job('ticketing', 9102)]);
  });
});
