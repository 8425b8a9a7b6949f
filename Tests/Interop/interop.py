"""Talks to a broker with the clients that people use, and says what worked.

    python3 interop.py HOST:PORT

kcat (of the PATH), confluent-kafka and kafka-python each write with every codec, and each reads what the others
wrote. One line is printed for each check, and at the end `N passed, N failed`; the exit status is 0 if none failed.
"""

import json
import socket
import struct
import subprocess
import sys
import time
import traceback

import confluent_kafka
import confluent_kafka.admin
import kafka
import kafka.admin

HOST, PORT = sys.argv[1].rsplit(":", 1)
ADDRESS = sys.argv[1]
RUN = f"{time.time_ns():x}"
COUNT = 300
CODECS = {"none": 0, "gzip": 1, "snappy": 2, "lz4": 3, "zstd": 4}
FIRST_TIMESTAMP = 1_600_000_000_000
passed, failed = 0, 0


def check(name, body):
    global passed, failed
    try:
        body()
    except Exception as error:
        failed += 1
        place = traceback.extract_tb(error.__traceback__)[-1]
        print(f"FAILED  {name}: {type(error).__name__}: {error} (line {place.lineno})", flush=True)
    else:
        passed += 1
        print(f"passed  {name}", flush=True)


def expect(found, wanted, what):
    if found != wanted:
        raise AssertionError(f"{what}: found {str(found)[:200]}, wanted {str(wanted)[:200]}")


# What every producer writes: each third key and each seventh value is null, but not both, which kafka-python
# refuses; the rest compresses well.


def key(index):
    return None if index % 3 == 0 else f"key-{index}".encode()


def value(index):
    return None if index % 7 == 0 and index % 3 else f"value-{index} ".encode() * 20


HEADERS = [("plain", b"text"), ("twice", b"1"), ("twice", b"2"), ("empty", b"")]


def create(topic, partitions=1, **configuration):
    admin = confluent_kafka.admin.AdminClient({"bootstrap.servers": ADDRESS})
    new = confluent_kafka.admin.NewTopic(topic, partitions, 1, config=configuration)
    for future in admin.create_topics([new]).values():
        future.result(10)


# Three ways to write.


def write_with_kcat(topic, codec, *more):
    # kcat writes null where an empty key or value stands and -Z is given, and has one clock for all.
    lines = b"".join((key(i) or b"") + b"|" + (value(i) or b"") + b"\n" for i in range(COUNT))
    headers = [part for name, text in HEADERS for part in ("-H", f"{name}={text.decode()}")]
    command = ["kcat", "-P", "-b", ADDRESS, "-t", topic, "-p", "0", "-K", "|", "-Z", "-z", codec, "-X", "acks=all"]
    subprocess.run(command + headers + list(more), input=lines, check=True, timeout=60, capture_output=True)


def write_with_confluent(topic, codec, **more):
    errors = []
    producer = confluent_kafka.Producer(
        {"bootstrap.servers": ADDRESS, "compression.type": codec, "linger.ms": 20, "acks": "all", **more})
    for i in range(COUNT):
        producer.produce(
            topic, key=key(i), value=value(i), partition=0, headers=HEADERS, timestamp=FIRST_TIMESTAMP + i,
            on_delivery=lambda error, message: errors.append(error) if error else None)
    expect(producer.flush(30), 0, "messages left")
    expect(errors, [], "delivery errors")


def write_with_kafka_python(topic, codec, **more):
    producer = kafka.KafkaProducer(
        bootstrap_servers=ADDRESS, compression_type=None if codec == "none" else codec, linger_ms=20, acks="all",
        **more)
    futures = [
        producer.send(
            topic, key=key(i), value=value(i), partition=0, headers=HEADERS, timestamp_ms=FIRST_TIMESTAMP + i)
        for i in range(COUNT)]
    for future in futures:
        future.get(30)
    producer.close()


# Three ways to read, to one shape: (key, value, headers, timestamp).


def read_with_kcat(topic):
    done = subprocess.run(
        ["kcat", "-C", "-b", ADDRESS, "-t", topic, "-p", "0", "-o", "beginning", "-e", "-q", "-J",
         "-X", "check.crcs=true"],
        check=True, timeout=60, capture_output=True)
    records = []
    for line in done.stdout.splitlines():
        record = json.loads(line)
        flat = record.get("headers", [])
        headers = [(name, text.encode()) for name, text in zip(flat[::2], flat[1::2])]
        texts = [None if record[part] is None else record[part].encode() for part in ("key", "payload")]
        records.append((*texts, headers, record["ts"]))
    return records


def read_with_confluent(topic):
    consumer = confluent_kafka.Consumer(
        {"bootstrap.servers": ADDRESS, "group.id": "none", "enable.auto.commit": False, "check.crcs": True,
         "enable.partition.eof": True})
    consumer.assign([confluent_kafka.TopicPartition(topic, 0, confluent_kafka.OFFSET_BEGINNING)])
    records, deadline = [], time.time() + 120
    while time.time() < deadline:
        message = consumer.poll(1)
        if message is None:
            continue
        if message.error():
            if message.error().code() == confluent_kafka.KafkaError._PARTITION_EOF:
                break
            raise confluent_kafka.KafkaException(message.error())
        records.append((message.key(), message.value(), message.headers() or [], message.timestamp()[1]))
    consumer.close()
    return records


def read_with_kafka_python(topic):
    consumer = kafka.KafkaConsumer(bootstrap_servers=ADDRESS, group_id=None, check_crcs=True)
    partition = kafka.TopicPartition(topic, 0)
    consumer.assign([partition])
    consumer.seek_to_beginning(partition)
    end = consumer.end_offsets([partition])[partition]
    records, deadline = [], time.time() + 120
    while consumer.position(partition) < end and time.time() < deadline:
        for batch in consumer.poll(timeout_ms=1_000).values():
            records += [(r.key, r.value, list(r.headers), r.timestamp) for r in batch]
    consumer.close()
    return records


WRITERS = {"kcat": write_with_kcat, "confluent-kafka": write_with_confluent, "kafka-python": write_with_kafka_python}
READERS = {"kcat": read_with_kcat, "confluent-kafka": read_with_confluent, "kafka-python": read_with_kafka_python}


def stored_batches(topic):
    """The (codec, record count, producer id) of each stored batch, read off the wire without any client."""

    def receive(connection, count):
        data = b""
        while len(data) < count:
            more = connection.recv(count - len(data))
            if not more:
                raise EOFError("the broker closed the connection")
            data += more
        return data

    name = topic.encode()
    body = struct.pack(">iiiibi", -1, 0, 1, 50_000_000, 0, 1) + struct.pack(">h", len(name)) + name
    body += struct.pack(">iiqi", 1, 0, 0, 50_000_000)
    request = struct.pack(">hhih", 1, 4, 1, -1) + body
    with socket.create_connection((HOST, int(PORT)), timeout=10) as connection:
        connection.sendall(struct.pack(">i", len(request)) + request)
        answer = receive(connection, struct.unpack(">i", receive(connection, 4))[0])
    # Correlation and throttle time, one topic with its name, one partition.
    at = 4 + 4 + 4 + 2 + len(name) + 4
    _, error, _, _, aborted, length = struct.unpack_from(">ihqqii", answer, at)
    expect((error, max(aborted, 0)), (0, 0), "error and aborted transactions")
    at += struct.calcsize(">ihqqii")
    end, batches = at + length, []
    while at < end:
        size, = struct.unpack_from(">i", answer, at + 8)
        attributes, = struct.unpack_from(">h", answer, at + 21)
        producer, = struct.unpack_from(">q", answer, at + 43)
        count, = struct.unpack_from(">i", answer, at + 57)
        batches.append((attributes & 7, count, producer))
        at += 12 + size
    return batches


def check_codecs():
    for codec, number in CODECS.items():
        for writer, write in WRITERS.items():
            topic = f"{codec}-{writer}-{RUN}"

            def written():
                create(topic)
                write(topic, codec)
                batches = stored_batches(topic)
                expect(sum(count for _, count, _ in batches), COUNT, "records stored")
                expect({codec for codec, _, _ in batches}, {number}, "codecs of the stored batches")

            check(f"{writer} writes {codec}, and stored batches have it", written)
            for reader, read in READERS.items():

                def red():
                    records = read(topic)
                    expect(len(records), COUNT, "records read")
                    for i, (k, v, headers, timestamp) in enumerate(records):
                        expect((k, v), (key(i), value(i)), f"key and value of record {i}")
                        expect(headers, HEADERS, f"headers of record {i}")
                        if writer != "kcat":
                            expect(timestamp, FIRST_TIMESTAMP + i, f"timestamp of record {i}")
                        elif abs(timestamp - time.time() * 1_000) > 600_000:
                            raise AssertionError(f"timestamp {timestamp} is not of now")

                check(f"{reader} reads what {writer} wrote in {codec}", red)


def check_idempotence():
    writers = {
        "kcat": lambda topic: write_with_kcat(topic, "none", "-X", "enable.idempotence=true"),
        "confluent-kafka": lambda topic: write_with_confluent(topic, "zstd", **{"enable.idempotence": True}),
        "kafka-python": lambda topic: write_with_kafka_python(topic, "none", enable_idempotence=True),
    }
    for writer, write in writers.items():
        topic = f"idempotent-{writer}-{RUN}"

        def body():
            create(topic)
            write(topic)
            batches = stored_batches(topic)
            expect(sum(count for _, count, _ in batches), COUNT, "records stored")
            if min(producer for _, _, producer in batches) < 0:
                raise AssertionError("a batch has no producer id")

        check(f"{writer} writes as an idempotent producer", body)


def check_null_header():
    topic = f"null-header-{RUN}"

    def body():
        create(topic)
        producer = confluent_kafka.Producer({"bootstrap.servers": ADDRESS})
        producer.produce(topic, value=b"", key=b"", partition=0, headers=[("nothing", None)])
        expect(producer.flush(10), 0, "messages left")
        expect(read_with_confluent(topic)[0][:3], (b"", b"", [("nothing", None)]), "the record")
        expect(read_with_kafka_python(topic)[0][:3], (b"", b"", [("nothing", None)]), "the record")

    check("a header without a value, an empty key and an empty value come back as they were", body)


def check_admin():
    topic = f"described-{RUN}"
    admin = confluent_kafka.admin.AdminClient({"bootstrap.servers": ADDRESS})
    python = kafka.admin.KafkaAdminClient(bootstrap_servers=ADDRESS)

    def created():
        create(topic, 3, **{"retention.ms": "86400000", "cleanup.policy": "delete"})
        expect(len(admin.list_topics(topic, 10).topics[topic].partitions), 3, "partitions")

    def created_again():
        try:
            create(topic)
        except confluent_kafka.KafkaException as error:
            expect(error.args[0].code(), confluent_kafka.KafkaError.TOPIC_ALREADY_EXISTS, "code")
        else:
            raise AssertionError("a second topic of one name")

    def described():
        resource = confluent_kafka.admin.ConfigResource("topic", topic)
        settings = admin.describe_configs([resource])[resource].result(10)
        expect(settings["retention.ms"].value, "86400000", "retention.ms")
        expect(settings["cleanup.policy"].value, "delete", "cleanup.policy")
        expect(settings["max.message.bytes"].is_default, True, "max.message.bytes is the default")

    def described_by_python():
        resource = kafka.admin.ConfigResource(kafka.admin.ConfigResourceType.TOPIC, topic)
        found = str(python.describe_configs([resource], config_filter="all"))
        if "86400000" not in found or "max.message.bytes" not in found:
            raise AssertionError(found[:300])

    def topics_of_python():
        found = str(python.describe_topics([topic]))
        if topic not in found:
            raise AssertionError(found[:300])

    def created_by_python():
        name = f"python-{RUN}"
        python.create_topics([kafka.admin.NewTopic(name, 2, 1)])
        expect(name in python.list_topics(), True, "listed")
        python.delete_topics([name])
        expect(name in python.list_topics(), False, "listed after it was deleted")

    def cluster():
        found = admin.describe_cluster(request_timeout=10).result(10)
        expect([node.id for node in found.nodes], [1], "nodes")
        expect("brokers" in str(python.describe_cluster()), True, "brokers named to kafka-python")

    def deleted():
        admin.delete_topics([topic])[topic].result(10)
        expect(topic in admin.list_topics(timeout=10).topics, False, "listed after it was deleted")

    def listed_by_kcat():
        done = subprocess.run(["kcat", "-L", "-b", ADDRESS, "-J"], check=True, timeout=30, capture_output=True)
        names = [found["topic"] for found in json.loads(done.stdout)["topics"]]
        expect(topic in names, True, "listed")

    check("confluent-kafka creates a topic", created)
    check("kcat lists it", listed_by_kcat)
    check("confluent-kafka is told that it exists already", created_again)
    check("confluent-kafka describes its settings", described)
    check("kafka-python describes its settings", described_by_python)
    check("kafka-python describes it", topics_of_python)
    check("kafka-python creates, lists and deletes a topic", created_by_python)
    check("confluent-kafka and kafka-python describe the cluster", cluster)
    check("confluent-kafka deletes it", deleted)


def check_offsets():
    topic = f"offsets-{RUN}"

    def written():
        create(topic)
        write_with_confluent(topic, "none")

    def compressed():
        # The broker keeps compressed batches as they came, so it says where the batch of that instant begins.
        name = f"compressed-{topic}"
        create(name)
        write_with_confluent(name, "lz4", **{"batch.num.messages": 10})
        consumer = confluent_kafka.Consumer({"bootstrap.servers": ADDRESS, "group.id": "none"})
        asked = confluent_kafka.TopicPartition(name, 0, FIRST_TIMESTAMP + 123)
        found = consumer.offsets_for_times([asked], 10)[0].offset
        consumer.close()
        if not 113 < found <= 123:
            raise AssertionError(f"found {found}, wanted the batch of 123")

    def by_confluent():
        consumer = confluent_kafka.Consumer({"bootstrap.servers": ADDRESS, "group.id": "none"})
        expect(consumer.get_watermark_offsets(confluent_kafka.TopicPartition(topic, 0), 10), (0, COUNT), "ends")
        asked = confluent_kafka.TopicPartition(topic, 0, FIRST_TIMESTAMP + 123)
        expect(consumer.offsets_for_times([asked], 10)[0].offset, 123, "offset of an instant")
        asked = confluent_kafka.TopicPartition(topic, 0, FIRST_TIMESTAMP + COUNT)
        expect(consumer.offsets_for_times([asked], 10)[0].offset, confluent_kafka.OFFSET_END, "offset of the future")
        consumer.close()

    def by_python():
        consumer = kafka.KafkaConsumer(bootstrap_servers=ADDRESS, group_id=None)
        partition = kafka.TopicPartition(topic, 0)
        expect(consumer.beginning_offsets([partition])[partition], 0, "beginning")
        expect(consumer.end_offsets([partition])[partition], COUNT, "end")
        found = consumer.offsets_for_times({partition: FIRST_TIMESTAMP + 123})[partition]
        expect((found.offset, found.timestamp), (123, FIRST_TIMESTAMP + 123), "offset of an instant")
        consumer.close()

    def by_kcat():
        done = subprocess.run(
            ["kcat", "-Q", "-b", ADDRESS, "-t", f"{topic}:0:{FIRST_TIMESTAMP + 123}"],
            check=True, timeout=30, capture_output=True)
        expect(done.stdout.split()[-1], b"123", "offset of an instant")

    def newest():
        admin = confluent_kafka.admin.AdminClient({"bootstrap.servers": ADDRESS})
        partition = confluent_kafka.TopicPartition(topic, 0)
        asked = {partition: confluent_kafka.admin.OffsetSpec.max_timestamp()}
        found = admin.list_offsets(asked, request_timeout=10)[partition].result(10)
        expect((found.offset, found.timestamp), (COUNT - 1, FIRST_TIMESTAMP + COUNT - 1), "newest record")

    def deleted():
        admin = confluent_kafka.admin.AdminClient({"bootstrap.servers": ADDRESS})
        asked = confluent_kafka.TopicPartition(topic, 0, 100)
        found = admin.delete_records([asked], request_timeout=10)
        expect(list(found.values())[0].result(10).low_watermark, 100, "first offset left")
        consumer = confluent_kafka.Consumer({"bootstrap.servers": ADDRESS, "group.id": "none"})
        expect(consumer.get_watermark_offsets(confluent_kafka.TopicPartition(topic, 0), 10), (100, COUNT), "ends")
        consumer.close()
        expect(len(read_with_confluent(topic)), COUNT - 100, "records left")

    check("a topic with timestamps is written", written)
    check("confluent-kafka finds offsets", by_confluent)
    check("kafka-python finds offsets", by_python)
    check("kcat finds an offset by time", by_kcat)
    check("confluent-kafka finds the batch of an instant where batches are compressed", compressed)
    check("confluent-kafka finds the newest record", newest)
    check("confluent-kafka deletes records", deleted)


def settings_of(admin, topic):
    resource = confluent_kafka.admin.ConfigResource("topic", topic)
    found = admin.describe_configs([resource])[resource].result(10)
    return {name: entry.value for name, entry in found.items() if not entry.is_default}


def code_of(body):
    """The error code that a call of confluent-kafka ends with; 0 if it does not fail."""
    try:
        body()
    except confluent_kafka.KafkaException as error:
        return error.args[0].code()
    return 0


def check_changes():
    topic = f"changed-{RUN}"
    admin = confluent_kafka.admin.AdminClient({"bootstrap.servers": ADDRESS})
    python = kafka.admin.KafkaAdminClient(bootstrap_servers=ADDRESS)
    resources, kinds = confluent_kafka.admin, kafka.admin.ConfigResourceType
    create(topic, 2, **{"retention.ms": "86400000"})

    def altered():
        # AlterConfigs sets what it names and takes back the rest.
        resource = resources.ConfigResource("topic", topic, set_config={"retention.bytes": "1000000"})
        admin.alter_configs([resource])[resource].result(10)
        expect(settings_of(admin, topic), {"retention.bytes": "1000000"}, "settings")

    def altered_in_part():
        entries = [
            resources.ConfigEntry("retention.ms", "7200000", incremental_operation=resources.AlterConfigOpType.SET),
            resources.ConfigEntry("retention.bytes", None, incremental_operation=resources.AlterConfigOpType.DELETE)]
        resource = resources.ConfigResource("topic", topic, incremental_configs=entries)
        admin.incremental_alter_configs([resource])[resource].result(10)
        expect(settings_of(admin, topic), {"retention.ms": "7200000"}, "settings")

    def alteration_refused():
        for name, value in {"retention.ms": "soon", "no.such.setting": "1"}.items():
            resource = resources.ConfigResource("topic", topic, incremental_configs=[
                resources.ConfigEntry(name, value, incremental_operation=resources.AlterConfigOpType.SET)])
            code = code_of(lambda: admin.incremental_alter_configs([resource])[resource].result(10))
            expect(code, confluent_kafka.KafkaError.INVALID_CONFIG, f"code of {name}={value}")
        expect(settings_of(admin, topic), {"retention.ms": "7200000"}, "settings")

    def alteration_tried():
        resource = resources.ConfigResource("topic", topic, set_config={"retention.bytes": "5"})
        admin.alter_configs([resource], validate_only=True)[resource].result(10)
        expect(settings_of(admin, topic), {"retention.ms": "7200000"}, "settings")

    def altered_by_python():
        resource = kafka.admin.ConfigResource(kinds.TOPIC, topic, configs={"retention.ms": "3600000"})
        python.alter_configs([resource], incremental=False)
        expect(settings_of(admin, topic).get("retention.ms"), "3600000", "retention.ms")

    def altered_in_part_by_python():
        before = settings_of(admin, topic)
        resource = kafka.admin.ConfigResource(
            kinds.TOPIC, topic, configs={"max.message.bytes": ("SET", "2000"), "retention.ms": ("DELETE", None)})
        python.alter_configs([resource], incremental=True)
        del before["retention.ms"]
        expect(settings_of(admin, topic), {**before, "max.message.bytes": "2000"}, "settings")

    def holds():
        errors = []
        producer = confluent_kafka.Producer({"bootstrap.servers": ADDRESS})
        producer.produce(topic, b"x" * 5_000, on_delivery=lambda error, message: errors.append(error.code()))
        producer.flush(10)
        expect(errors, [confluent_kafka.KafkaError.MSG_SIZE_TOO_LARGE], "errors of a long record")

    def grown():
        admin.create_partitions([resources.NewPartitions(topic, 4)])[topic].result(10)
        expect(len(admin.list_topics(topic, 10).topics[topic].partitions), 4, "partitions")

    def grown_by_python():
        python.create_partitions({topic: 6})
        found = admin.list_topics(topic, 10).topics[topic].partitions
        expect(sorted(found), list(range(6)), "partitions")
        producer = confluent_kafka.Producer({"bootstrap.servers": ADDRESS})
        for number in range(6):
            producer.produce(topic, str(number), partition=number)
        expect(producer.flush(10), 0, "messages left")

    def not_shrunk():
        code = code_of(lambda: admin.create_partitions([resources.NewPartitions(topic, 3)])[topic].result(10))
        expect(code, confluent_kafka.KafkaError.INVALID_PARTITIONS, "code")
        expect(len(admin.list_topics(topic, 10).topics[topic].partitions), 6, "partitions")

    written = f"shortened-{RUN}"

    def deleted():
        create(written)
        write_with_confluent(written, "none")
        partition = confluent_kafka.TopicPartition(written, 0, 50)
        found = admin.delete_records([partition], request_timeout=10)
        expect(list(found.values())[0].result(10).low_watermark, 50, "first offset left")
        beyond = confluent_kafka.TopicPartition(written, 0, 100_000)
        code = code_of(lambda: list(admin.delete_records([beyond], request_timeout=10).values())[0].result(10))
        expect(code, confluent_kafka.KafkaError.OFFSET_OUT_OF_RANGE, "code of an offset beyond the end")

    def deleted_by_python():
        partition = kafka.TopicPartition(written, 0)
        python.delete_records({partition: 80})
        consumer = kafka.KafkaConsumer(bootstrap_servers=ADDRESS, group_id=None)
        expect(consumer.beginning_offsets([partition])[partition], 80, "beginning")
        python.delete_records({partition: -1})
        ends = [call([partition])[partition] for call in (consumer.beginning_offsets, consumer.end_offsets)]
        expect(ends[0], ends[1], "beginning once all is deleted")
        consumer.close()

    check("confluent-kafka sets settings anew", altered)
    check("confluent-kafka changes settings one by one", altered_in_part)
    check("confluent-kafka is told of settings that make no sense", alteration_refused)
    check("confluent-kafka tries a setting and changes nothing", alteration_tried)
    check("kafka-python sets settings anew", altered_by_python)
    check("kafka-python changes settings one by one", altered_in_part_by_python)
    check("what was set holds for the next batch", holds)
    check("confluent-kafka adds partitions", grown)
    check("kafka-python adds partitions, and they can be written", grown_by_python)
    check("confluent-kafka cannot take partitions away", not_shrunk)
    check("confluent-kafka deletes records of one partition", deleted)
    check("kafka-python deletes records, at last all of them", deleted_by_python)


def check_empty_groups():
    topic, group, other = f"grouped-{RUN}", f"empty-{RUN}", f"python-empty-{RUN}"
    admin = confluent_kafka.admin.AdminClient({"bootstrap.servers": ADDRESS})
    python = kafka.admin.KafkaAdminClient(bootstrap_servers=ADDRESS)

    def committed(name):
        asked = confluent_kafka.ConsumerGroupTopicPartitions(name)
        found = list(admin.list_consumer_group_offsets([asked], request_timeout=10).values())[0].result(10)
        return {place.partition: place.offset for place in found.topic_partitions}

    def left():
        create(topic, 2)
        write_with_confluent(topic, "none")
        consumer = confluent_kafka.Consumer(
            {"bootstrap.servers": ADDRESS, "group.id": group, "auto.offset.reset": "earliest",
             "enable.auto.commit": False})
        consumer.subscribe([topic])
        deadline = time.time() + 60
        while consumer.poll(1) is None and time.time() < deadline:
            pass
        consumer.commit(offsets=[confluent_kafka.TopicPartition(topic, 0, 7)], asynchronous=False)
        consumer.close()
        expect(committed(group), {0: 7}, "offsets of a group whose member left")

    def described():
        found = admin.describe_consumer_groups([group], request_timeout=10)[group].result(10)
        expect((found.state, len(found.members)), (confluent_kafka.ConsumerGroupState.EMPTY, 0), "state and members")
        listed = admin.list_consumer_groups(request_timeout=10).result(10)
        expect(group in [one.group_id for one in listed.valid], True, "listed")

    def described_by_python():
        found = str(python.describe_groups([group]))
        if "Empty" not in found:
            raise AssertionError(found[:300])
        expect(group in str(python.list_groups()), True, "listed")

    def altered():
        places = [confluent_kafka.TopicPartition(topic, number, 40 + number) for number in range(2)]
        asked = confluent_kafka.ConsumerGroupTopicPartitions(group, places)
        list(admin.alter_consumer_group_offsets([asked], request_timeout=10).values())[0].result(10)
        expect(committed(group), {0: 40, 1: 41}, "offsets")

    def altered_by_python():
        place = kafka.TopicPartition(topic, 0)
        python.alter_group_offsets(other, {place: kafka.structs.OffsetAndMetadata(12, "", -1)})
        expect(committed(other), {0: 12}, "offsets of a group that never had a member")
        expect(python.list_group_offsets(other)[other][place].offset, 12, "offset as kafka-python reads it")

    def goes_on():
        consumer = kafka.KafkaConsumer(
            topic, bootstrap_servers=ADDRESS, group_id=group, enable_auto_commit=False)
        deadline, first = time.time() + 60, None
        while first is None and time.time() < deadline:
            for batch in consumer.poll(timeout_ms=500).values():
                first = batch[0].offset if first is None else first
        consumer.close()
        expect(first, 40, "the first record of whoever joins next")

    def deleted():
        admin.delete_consumer_groups([group], request_timeout=10)[group].result(10)
        code = code_of(lambda: admin.delete_consumer_groups([group], request_timeout=10)[group].result(10))
        expect(code, confluent_kafka.KafkaError.GROUP_ID_NOT_FOUND, "code of a second time")
        found = str(python.delete_groups([other]))
        expect(other in str(python.list_groups()), False, f"listed after it was deleted ({found})")

    check("a group is empty once its member left, and its offsets stay", left)
    check("confluent-kafka lists and describes an empty group", described)
    check("kafka-python lists and describes an empty group", described_by_python)
    check("confluent-kafka sets the offsets of an empty group", altered)
    check("kafka-python sets the offsets of a group that never had a member", altered_by_python)
    check("kafka-python joins the empty group and goes on where it was set", goes_on)
    check("confluent-kafka and kafka-python delete empty groups", deleted)


def check_rest():
    def created_by_asking():
        topic = f"auto-{RUN}"
        write_with_kcat(topic, "none")
        expect(len(read_with_kafka_python(topic)), COUNT, "records read")

    def appended_time():
        topic = f"append-time-{RUN}"
        create(topic, **{"message.timestamp.type": "LogAppendTime"})
        before = time.time() * 1_000
        write_with_confluent(topic, "snappy")
        times = {record[3] for record in read_with_confluent(topic)}
        if not all(before - 1_000 <= found <= time.time() * 1_000 + 1_000 for found in times):
            raise AssertionError(f"timestamps {times}, now {before}")
        expect(len(read_with_kafka_python(topic)), COUNT, "records read with their checksums looked at")

    def too_large():
        topic = f"small-{RUN}"
        create(topic, **{"max.message.bytes": "1000"})
        errors = []
        producer = confluent_kafka.Producer({"bootstrap.servers": ADDRESS})
        producer.produce(topic, b"x" * 5_000, on_delivery=lambda error, message: errors.append(error.code()))
        producer.flush(10)
        expect(errors, [confluent_kafka.KafkaError.MSG_SIZE_TOO_LARGE], "errors")

    def transaction():
        producer = confluent_kafka.Producer({"bootstrap.servers": ADDRESS, "transactional.id": "t"})
        try:
            producer.init_transactions(120)
        except confluent_kafka.KafkaException as error:
            # The client's own time-out would mean that it asked again and again.
            expect(error.args[0].code() != confluent_kafka.KafkaError._TIMED_OUT, True, f"an answer: {error}")
        else:
            raise AssertionError("a transaction was begun")

    def large():
        topic = f"large-{RUN}"
        create(topic, **{"max.message.bytes": "9000000"})
        body = bytes(range(256)) * 30_000
        producer = confluent_kafka.Producer({"bootstrap.servers": ADDRESS, "message.max.bytes": 9_000_000})
        producer.produce(topic, body)
        expect(producer.flush(30), 0, "messages left")
        expect(read_with_confluent(topic)[0][1] == body, True, "a record of 7.7 MB comes back")
        expect(read_with_kafka_python(topic)[0][1] == body, True, "a record of 7.7 MB comes back")

    check("a topic comes into being by being written to", created_by_asking)
    check("LogAppendTime gives records the broker's time", appended_time)
    check("a batch above max.message.bytes is refused by name", too_large)
    check("a record larger than the limits of a Fetch is read", large)
    check("a transaction is refused at once", transaction)


if __name__ == "__main__":
    for checks in (
            check_codecs, check_idempotence, check_null_header, check_admin, check_changes, check_empty_groups,
            check_offsets, check_rest):
        checks()
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed else 0)
