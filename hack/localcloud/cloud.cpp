// hack/localcloud/cloud.cpp
