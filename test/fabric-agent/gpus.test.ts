import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { gpuHeaders, gpusOf } from '../../fabric-agent/gpus.ts';

/** What Linux says of each, as it was recorded. */
const information = (model: string, at: string) =>
  `Model: \t\t ${model}\nIRQ:   \t\t 91\nGPU UUID: \t GPU-00000000-0000-0000-0000-000000000000\nBus Location: \t ${at}\n`;

describe('the graphics processors of a node', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'ogm-gpus-'));
  });
  afterEach(() => rmSync(root, { recursive: true }));

  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  const card = (name: string, files: Readonly<Record<string, string>>) => {
    const device = `sys/devices/pci/${name}`;
    for (const [file, text] of Object.entries(files)) write(`${device}/${file}`, `${text}\n`);
    mkdirSync(join(root, 'sys/class/drm', name), { recursive: true });
    symlinkSync(join(root, device), join(root, 'sys/class/drm', name, 'device'));
  };

  it('are those of the driver of NVIDIA, whatever programs are there', async () => {
    for (const at of ['0000:17:00.0', '0000:ca:00.0'])
      write(`proc/driver/nvidia/gpus/${at}/information`, information('NVIDIA A100-SXM4-40GB', at));
    write('proc/driver/nvidia/version', 'NVRM version: …\n');
    expect(gpuHeaders(await gpusOf(root))).to.deep.equal([
      { name: 'Gpus', value: '2' },
      { name: 'Gpu-Model', value: 'NVIDIA A100-SXM4-40GB' },
    ]);
  });

  it('are those of amdgpu with memory of their own, and not what only shows pictures', async () => {
    card('card0', { vendor: '0x1a03' });
    card('card1', { vendor: '0x1002', mem_info_vram_total: '17163091968', product_name: 'Instinct MI50' });
    card('card2', { vendor: '0x1002', mem_info_vram_total: '536870912' });
    write('sys/class/drm/renderD128/device/vendor', '0x1002\n');
    expect(gpuHeaders(await gpusOf(root))).to.deep.equal([
      { name: 'Gpus', value: '1' },
      { name: 'Gpu-Model', value: 'Instinct MI50' },
      { name: 'Gpu-Memory', value: '16368 MiB' },
    ]);
  });

  it('are none where the system tells of none, and no more than their owner says', async () => {
    expect(gpuHeaders(await gpusOf(root))).to.deep.equal([]);
    const gpus = ['a', 'b', 'b', 'b'].map((model) => ({ model, memoryBytes: undefined }));
    expect(gpuHeaders(gpus)[0]).to.deep.equal({ name: 'Gpus', value: '3' });
    expect(gpuHeaders(gpus, 2)[0]).to.deep.equal({ name: 'Gpus', value: '2' });
    expect(gpuHeaders(gpus, 0)).to.deep.equal([]);
  });
});
