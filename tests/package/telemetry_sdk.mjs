// Preloaded into the programs of docs/observability.md: what each program sets up for itself, here with the in-memory exporters of
// OpenTelemetry. What was exported is written to stderr in the end, as JSON.
import { context, metrics, propagation, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';

const spans = new InMemorySpanExporter();
trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(spans)] }));
const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 2 ** 30 });
metrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader] }));
propagation.setGlobalPropagator(new W3CTraceContextPropagator());
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());

process.once('beforeExit', async () => {
  await reader.forceFlush();
  const [{ descriptor, dataPoints }] = exporter.getMetrics()[0].scopeMetrics[0].metrics;
  const shown = spans.getFinishedSpans().map((span) => ({
    name: span.name,
    kind: span.kind,
    status: span.status.code,
    attributes: span.attributes,
    seconds: span.duration[0] + span.duration[1] / 1e9,
    parent: span.parentSpanContext?.spanId,
    ...span.spanContext(),
  }));
  process.stderr.write(JSON.stringify({ spans: shown, descriptor, dataPoints }));
});
