import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeToneWav } from './wav-file.ts';

export interface BaresipAccount {
  /** The number: user part of the address-of-record and digest user name. */
  readonly user: string;
  readonly domain: string;
  readonly password?: string;
  /** Where its SIP goes, whatever the domain says. */
  readonly server: { readonly host: string; readonly port: number };
  readonly transport: 'udp' | 'tcp' | 'tls';
  /** What it speaks, a sine of this frequency. */
  readonly toneHz: number;
  readonly answer?: 'auto' | 'manual';
  /** 0 does not register. */
  readonly registerSeconds?: number;
}

interface BaresipPorts {
  /** UDP and TCP; TLS is the next one. */
  readonly sip: number;
  readonly control: number;
  readonly rtpFirst: number;
  readonly rtpLast: number;
}

const MODULES = '/usr/lib/baresip/modules';
const TONE_SECONDS = 120;

/** Writes what baresip reads at its start into `directory`; recordings go to `directory/heard`. */
export function writeBaresipConfig(directory: string, account: BaresipAccount, ports: BaresipPorts): void {
  const heard = join(directory, 'heard');
  const tone = join(directory, 'tone.wav');
  mkdirSync(heard, { recursive: true });
  writeToneWav(tone, account.toneHz, TONE_SECONDS);
  const config = [
    'poll_method epoll',
    `sip_listen 127.0.0.1:${ports.sip}`,
    'call_local_timeout 120',
    'call_max_calls 4',
    `audio_source aufile,${tone}`,
    `audio_player aubridge,nobody-listens`,
    'audio_alert nothing',
    'ausrc_srate 8000',
    'auplay_srate 8000',
    'ausrc_channels 1',
    'auplay_channels 1',
    'audio_buffer 20-160',
    'jitter_buffer_delay 1-2',
    `rtp_ports ${ports.rtpFirst}-${ports.rtpLast}`,
    'net_interface 127.0.0.1',
    `module_path ${MODULES}`,
    ...['g711', 'aubridge', 'aufile', 'sndfile'].map((name) => `module ${name}.so`),
    'module_tmp account.so',
    'module_app ctrl_tcp.so',
    'module_app menu.so',
    'statmode_default off',
    `ctrl_tcp_listen 127.0.0.1:${ports.control}`,
    `snd_path ${heard}`,
  ];
  const { host, port } = account.server;
  const parameters = [
    `outbound="sip:${host}:${port};transport=${account.transport}"`,
    `regint=${account.registerSeconds ?? 600}`,
    `answermode=${account.answer ?? 'auto'}`,
    `auth_user=${account.user}`,
    ...(account.password === undefined ? [] : [`auth_pass=${account.password}`]),
    'audio_codecs=PCMU/8000/1,PCMA/8000/1',
  ];
  const line = `<sip:${account.user}@${account.domain};transport=${account.transport}>;${parameters.join(';')}`;
  writeFileSync(join(directory, 'config'), `${config.join('\n')}\n`);
  writeFileSync(join(directory, 'accounts'), `${line}\n`);
  writeFileSync(join(directory, 'contacts'), '');
}
