# HTCondor's collector, alone, with the ads of the matching set: started by this program and ended with it.
# Line by line on standard input: `advertise FIRST COUNT` puts in so many ads of MACHINES.jsonl and waits until the
# collector shows the last of them; `query EXPRESSION` asks for three attributes of all that meet it. Each is answered
# by the seconds that it took, and how many ads there were.
import itertools
import json
import os
import subprocess
import sys
import tempfile
import time

kept = tempfile.TemporaryDirectory(prefix='ogm-collector-')
folder = kept.name
port = sys.argv[2]
config = os.path.join(folder, 'condor_config')
with open(config, 'w') as out:
    out.write(f'''
LOCAL_DIR = {folder}
LOG = $(LOCAL_DIR)
SPOOL = $(LOCAL_DIR)
LOCK = $(LOCAL_DIR)
EXECUTE = $(LOCAL_DIR)
RUN = $(LOCAL_DIR)
RELEASE_DIR = /usr
SBIN = /usr/sbin
DAEMON_LIST = COLLECTOR
CONDOR_HOST = 127.0.0.1
COLLECTOR_HOST = 127.0.0.1:{port}
COLLECTOR_ARGS = -p {port}
NETWORK_INTERFACE = 127.0.0.1
USE_SHARED_PORT = False
SEC_DEFAULT_AUTHENTICATION = NEVER
SEC_DEFAULT_ENCRYPTION = NEVER
SEC_DEFAULT_INTEGRITY = NEVER
ALLOW_READ = *
ALLOW_WRITE = *
ALLOW_ADVERTISE_STARTD = *
ALLOW_ADMINISTRATOR = *
CLASSAD_LIFETIME = 864000
CONDOR_IDS = 0.0
''')
os.environ['CONDOR_CONFIG'] = config
import classad2
import htcondor2

daemon = subprocess.Popen(['/usr/sbin/condor_collector', '-f', '-p', port], stdin=subprocess.DEVNULL, stderr=sys.stderr)
collector = htcondor2.Collector(f'127.0.0.1:{port}')
startds = htcondor2.AdType.Startd


def found(constraint, projection):
    return collector.query(startds, constraint, projection)


def wait(ready, seconds):
    until = time.monotonic() + seconds
    while True:
        try:
            if ready():
                return
        except RuntimeError:  # it does not listen yet
            pass
        if time.monotonic() > until:
            raise SystemExit('the collector is not ready in time')
        time.sleep(0.005)


def advertise(first, count):
    with open(sys.argv[1]) as lines:
        ads = [classad2.ClassAd(in_new(json.loads(line))) for line in itertools.islice(lines, first, first + count)]
    begun = time.monotonic()
    for at in range(0, count, 1000):
        collector.advertise(ads[at:at + 1000], 'UPDATE_STARTD_AD', True)
    last = ads[-1]['Name']
    wait(lambda: len(found(f'Name == "{last}"', ['Name'])) == 1, 120)
    return time.monotonic() - begun, count


def in_new(ad):
    return '[' + ';'.join(f'{name}={value_in_new(value)}' for name, value in ad.items()) + ']'


def value_in_new(value):
    if isinstance(value, list):
        return '{' + ','.join(json.dumps(one) for one in value) + '}'
    if isinstance(value, str) and value.startswith('/Expr('):
        return value[6:-2]
    return json.dumps(value)


def query(constraint):
    begun = time.monotonic()
    ads = found(constraint, ['Name', 'Mips', 'PricePerCoreHour'])
    return time.monotonic() - begun, len(ads)


wait(lambda: found('false', ['Name']) == [], 30)
print('ready', flush=True)
for line in sys.stdin:
    word, _, rest = line.strip().partition(' ')
    seconds, count = advertise(*map(int, rest.split())) if word == 'advertise' else query(rest)
    print(f'{seconds:.6f} {count}', flush=True)
daemon.kill()
daemon.wait()
