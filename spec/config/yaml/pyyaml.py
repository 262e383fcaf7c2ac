"""Reads a JSON list of YAML texts, prints what PyYAML makes of each: [can the file be read, the values as a section or null].

Tags that are none of YAML's own do not matter around a section, and are refused in it; see docs/configuration.md."""

import json
import sys

import yaml

TAG = "tag:yaml.org,2002:"


class Loader(yaml.SafeLoader):
    """The safe loader, with tags of others taken for none."""


def any_tag(loader, node):
    if node.tag in (TAG + "merge", TAG + "value"):
        return loader.construct_undefined(node)
    if isinstance(node, yaml.ScalarNode):
        return node.value
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_yaml_seq(node)
    return loader.construct_yaml_map(node)


Loader.add_constructor(None, any_tag)
for unread in ("binary", "omap", "pairs"):
    Loader.add_constructor(TAG + unread, any_tag)


class Refused(Exception):
    pass


def section(loader, node, around=()):
    """The values of a section: keys as they are written, each once."""
    if node in around:
        raise Refused
    around = (*around, node)
    if isinstance(node, yaml.ScalarNode):
        if node.tag == TAG + "timestamp":
            loader.construct_object(node)
            return node.value
        if node.tag not in [TAG + tag for tag in ("str", "int", "float", "bool", "null")]:
            raise Refused
        value = loader.construct_object(node)
        return value if isinstance(value, (str, bool)) or value is None else ["number", repr(float(value))]
    if isinstance(node, yaml.SequenceNode):
        if node.tag != TAG + "seq":
            raise Refused
        return {"list": [section(loader, item, around) for item in node.value]}
    if node.tag != TAG + "map":
        raise Refused
    own = [key.value for key, _ in node.value if key.tag != TAG + "merge"]
    if any(not isinstance(key, str) for key in own) or len(set(own)) < len(own):
        raise Refused
    loader.flatten_mapping(node)
    return {"map": sorted({key.value: section(loader, value, around) for key, value in node.value}.items())}


def read(text):
    try:
        yaml.load(text, Loader)
    except Exception:
        return [False, None]
    loader = Loader(text)
    try:
        node = loader.get_single_node()
        return [True, None if node is None else {"section": section(loader, node)}]
    except (Refused, yaml.YAMLError, ValueError, RecursionError, KeyError, TypeError):
        return [True, None]


json.dump([read(text) for text in json.load(sys.stdin)], sys.stdout)
