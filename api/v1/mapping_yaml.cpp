// api/v1/mapping_yaml.cpp
